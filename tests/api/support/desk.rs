//! A school's place at one of the small county's forms, and everybody who works there.

use serde_json::{Value, json};

use super::app::TestApp;
use super::client::{Answer, Client};

/// The first primary school, whose accounts are `reporter` and `principal`.
pub const SCHOOL: &str = "2199000001";
/// The second primary school, whose accounts are `reporter2` and `principal2`.
pub const SIBLING: &str = "2199000002";
/// The third primary school, closed on 2021-08-31, whose account is `principal3`.
pub const CLOSED_SCHOOL: &str = "2199000003";
/// The junior secondary school, opened on 2022-09-01, whose account is `principal4`.
pub const JUNIOR_SCHOOL: &str = "3199000001";
/// The school of the second county.
pub const NEIGHBOUR: &str = "2199000009";

/// A submission, with the people who send it and review it.
pub struct Desk {
    pub path: String,
    pub reporter: Client,
    pub principal: Client,
    pub officer: Client,
}

impl Desk {
    /// The first school's desk.
    pub async fn of(app: &TestApp, form: &str, period: &str) -> Self {
        Self {
            path: sheet(form, period, SCHOOL),
            reporter: app.log_in("reporter").await,
            principal: app.log_in("principal").await,
            officer: app.log_in("officer").await,
        }
    }

    /// The first school's desk for the basics of 2022, which it may fill in for twenty years.
    pub async fn basics(app: &TestApp) -> Self {
        Self::of(app, "basics", "2022").await
    }

    /// The submission as the reporter sees it.
    pub async fn read(&self) -> Value {
        self.reporter.get(&self.path).await.expect(200)
    }

    /// Saves a document over whatever is there.
    pub async fn save(&self, document: &Value) -> Answer {
        let begun = self.read().await["version"].is_number();
        let reporter = if begun { self.reporter.with("if-match", "*") } else { self.reporter.clone() };
        reporter.put(&self.path, document).await
    }

    pub async fn submit(&self) -> Answer {
        self.principal.post(&format!("{}/submit", self.path), &json!({})).await
    }

    pub async fn accept(&self) -> Answer {
        self.officer.post(&format!("{}/accept", self.path), &json!({})).await
    }

    pub async fn send_back(&self) -> Answer {
        self.officer.post(&format!("{}/return", self.path), &json!({"note": "请核对"})).await
    }

    pub async fn reopen(&self) -> Answer {
        self.officer.post(&format!("{}/reopen", self.path), &json!({"note": "补录"})).await
    }

    /// Brings a submission that has not begun to a state, with this document.
    pub async fn bring_to(&self, state: &str, document: &Value) {
        let steps: &[&str] = match state {
            "not_begun" => return,
            "draft" => &[],
            "submitted" => &["submit"],
            "returned" => &["submit", "return"],
            "accepted" => &["submit", "accept"],
            "reopened" => &["submit", "accept", "reopen"],
            _ => panic!("{state} is no state"),
        };
        self.save(document).await.expect(201);
        for step in steps {
            let answer = match *step {
                "submit" => self.submit().await,
                "return" => self.send_back().await,
                "accept" => self.accept().await,
                _ => self.reopen().await,
            };
            answer.expect(200);
        }
        assert_eq!(self.read().await["state"], state);
    }
}

/// The path of a submission.
pub fn sheet(form: &str, period: &str, school: &str) -> String {
    format!("/v1/forms/{form}/periods/{period}/submissions/{school}")
}

/// A document of cells.
pub fn document(cells: &[Value]) -> Value {
    json!({ "values": cells })
}

/// A cell of an indicator that has no dimensions.
pub fn cell(indicator: &str, value: impl Into<Value>) -> Value {
    json!({ "indicator": indicator, "value": value.into() })
}

/// The cells that make the basics complete.
pub fn pupils(girls: u32, boys: u32) -> Vec<Value> {
    vec![
        cell("pupils", girls + boys),
        json!({"indicator": "pupils_by_sex", "dimensions": {"sex": "girls"}, "value": girls}),
        json!({"indicator": "pupils_by_sex", "dimensions": {"sex": "boys"}, "value": boys}),
    ]
}
