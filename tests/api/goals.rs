//! Goals: written, handed in, reviewed, approved, amended, copied into the next year.

mod copying;
mod forms;
mod frozen;
mod life;
mod lists;
mod reviews;
mod saving;
mod submitting;

use serde_json::{Value, json};

use crate::support::{BUREAU, Client, SCHOOL, TestApp};

/// A county with a project of the first school, and everybody who has to do with its goals.
pub struct Office {
    pub app: TestApp,
    /// Of the section `teaching`, which is responsible.
    pub officer: Client,
    /// Reviews.
    pub finance: Client,
    /// Approves.
    pub leader: Client,
    /// Of the first school.
    pub principal: Client,
}

/// A project, as the one who keeps them would have entered it.
pub async fn project(app: &TestApp, code: &str, unit: &str, years: (i32, i32)) {
    let school = if unit.len() == 10 { format!("'{unit}'") } else { "NULL".to_owned() };
    let (first, last) = years;
    app.execute(&format!(
        "INSERT INTO projects VALUES (1, '{code}', '{unit}', {school});
         INSERT INTO project_revisions VALUES (1, '{code}', 1, {school}, '综合楼', 'specific', 'teaching', {first}, {last},
             false, false, NULL, 'in_budget', 'propose', NULL, 'user:officer', now())"
    ))
    .await;
}

impl Office {
    pub async fn open() -> Self {
        let app = TestApp::with_catalogue().await;
        project(&app, "P-1", SCHOOL, (2021, 2023)).await;
        let [officer, finance, leader, principal] = [
            app.log_in("officer").await,
            app.log_in("finance").await,
            app.log_in("leader").await,
            app.log_in("principal").await,
        ];
        Self { app, officer, finance, leader, principal }
    }

    /// The goals of 2022 down to an activity, in force.
    pub async fn with_activity() -> Self {
        let office = Self::open().await;
        for (code, goal) in [("O", overall()), ("D", duty()), ("A", activity())] {
            office.bring(&path(code), &goal, "approved").await;
        }
        office
    }

    /// Brings a goal that has not begun to a state, written by the officer.
    pub async fn bring(&self, path: &str, goal: &Value, state: &str) {
        self.officer.put(path, goal).await.expect(201);
        let steps = ["submitted", "reviewed", "approved"].into_iter().take_while(|step| match state {
            "draft" => false,
            "submitted" => *step == "submitted",
            "reviewed" => *step != "approved",
            _ => true,
        });
        for step in steps {
            match step {
                "submitted" => self.officer.post(&format!("{path}/submit"), &json!({})).await,
                "reviewed" => self.finance.post(&format!("{path}/review"), &excellent()).await,
                _ => self.leader.post(&format!("{path}/approve"), &json!({})).await,
            }
            .expect(200);
        }
        assert_eq!(self.officer.get(path).await.expect(200)["state"], state);
    }
}

/// The address of a goal of 2022.
pub fn path(code: &str) -> String {
    format!("/v1/goals/2022/{code}")
}

pub fn target(code: &str, weight: &Value) -> Value {
    json!({"code": code, "name": "在校生", "class": "quantity", "indicator": "pupils", "sign": "at_least", "value": 80,
        "unit": "人", "weight": weight})
}

fn goal(level: &str, parent: Option<&str>, name: &str) -> Value {
    json!({"level": level, "organisation": BUREAU, "section": "teaching", "parent": parent, "name": name,
        "description": "办好人民满意的教育", "measures": ["每月调度"], "targets": [target("pupils", &json!(0))]})
}

pub fn overall() -> Value {
    goal("overall", None, "总体绩效目标")
}

pub fn duty() -> Value {
    goal("duty", Some("O"), "义务教育")
}

pub fn activity() -> Value {
    goal("activity", Some("D"), "改善办学条件")
}

/// The goal of the project of the first school, complete.
pub fn of_project() -> Value {
    let mut goal = goal("project", Some("A"), "第一小学综合楼");
    goal["organisation"] = json!(SCHOOL);
    goal["project"] = json!("P-1");
    goal["targets"] = json!([
        target("pupils", &json!(20)),
        {"code": "girls", "name": "女生", "class": "quality", "indicator": "pupils_by_sex", "sign": "above", "value": 30,
            "unit": "人", "weight": 17.5, "where": {"sex": "girls"}},
        {"code": "cost", "name": "补助", "class": "cost", "indicator": "grant", "sign": "at_most", "value": 1000.5,
            "unit": "元", "weight": 12.5, "strategy": "ratio"},
        {"code": "safety", "name": "安全感提升", "class": "social", "sign": "qualitative", "weight": 30},
        {"code": "content", "name": "满意度", "class": "satisfaction", "indicator": "boarding_rate", "sign": "at_least",
            "value": 0.9, "weight": 10},
    ]);
    goal
}

fn review(scores: [u32; 4]) -> Value {
    let criteria = ["completeness", "relevance", "adequacy", "feasibility"];
    let scores = criteria.iter().zip(scores).map(|(criterion, score)| json!({"criterion": criterion, "score": score}));
    json!({ "scores": scores.collect::<Vec<_>>() })
}

/// 92 of 100.
pub fn excellent() -> Value {
    review([28, 23, 23, 18])
}
