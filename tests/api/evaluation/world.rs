//! A county with a project in its budget, a goal, payments and reports, as they would stand after they were entered.

use serde_json::{Value, json};

use crate::support::{Answer, CATALOGUE, Client, Desk, SCHOOL, TestApp, cell, document, pupils};

/// A project of the first school.
pub const PROJECT: &str = "renovation";

/// The path of an evaluation of 2022.
pub fn path(kind: &str, subject: &str) -> String {
    format!("/v1/evaluations/2022/{kind}/{subject}")
}

/// Another jurisdiction: other grades, execution by steps, reverse targets by ratio, reasons from 30 % on.
pub fn other_jurisdiction() -> String {
    let steps = "execution: stepped\n      execution_steps: [{from: 100, share: 100}, {from: 80, share: 70}, {from: 60, share: 50}]";
    [
        ("reverse: linear", "reverse: ratio"),
        ("execution: proportional", steps),
        ("deviation_threshold: 15", "deviation_threshold: 30"),
        ("{grade: excellent, from: 90}", "{grade: excellent, from: 80}"),
        ("{grade: good, from: 80}", "{grade: good, from: 70}"),
    ]
    .iter()
    .fold(CATALOGUE.to_owned(), |catalogue, (ours, theirs)| {
        assert!(catalogue.contains(ours), "{ours}");
        catalogue.replace(ours, theirs)
    })
}

/// A project; `school` is whose it is, or SQL's NULL.
pub async fn project(app: &TestApp, code: &str, organisation: &str, state: &str) {
    let school = if organisation.starts_with("2199") { format!("'{organisation}'") } else { "NULL".to_owned() };
    app.execute(&format!(
        "INSERT INTO projects VALUES (1, '{code}', '{organisation}', {school});
         INSERT INTO project_revisions (bureau_id, project, revision, school, name, category, section, first_year, last_year,
             is_key, is_special_fund, state, action, recorded_by, recorded_at)
         VALUES (1, '{code}', 1, {school}, '项目 {code}', 'specific', 'teaching', 2022, 2023, true, false, '{state}', 'propose',
             'user:finance', '2022-01-01')"
    ))
    .await;
}

/// A budget item of a project, with its budget of the beginning of the year; an adjustment and a payment where they are not 0.
pub async fn item(app: &TestApp, item: &str, project: &str, source: &str, [original, adjusted, paid]: [i64; 3]) {
    app.execute(&format!(
        "INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, school, project, name, source, is_procurement,
             recorded_by, recorded_at)
         SELECT 1, '{item}', 2022, false, organisation, school, code, '{item}', '{source}', false, 'user:finance', '2022-01-02'
         FROM projects WHERE code = '{project}';
         INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, recorded_by, recorded_at)
         SELECT 1, item, entry, 2022, school, kind, amount, '2022-01-02', 'user:finance', '2022-01-02'
         FROM budget_items, (VALUES (1, 'original', {original}), (2, 'adjustment', {adjusted})) AS e (entry, kind, amount)
         WHERE item = '{item}' AND amount <> 0"
    ))
    .await;
    if paid != 0 {
        pay(app, item, paid, "2022-06-30").await;
    }
}

/// A payment that is recorded now.
pub async fn pay(app: &TestApp, item: &str, amount: i64, day: &str) {
    app.execute(&format!(
        "INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, recorded_by, recorded_at)
         SELECT 1, '{item}-{day}-{amount}', item, 2022, school, {amount}, '{day}', 'client:finance', clock_timestamp()
         FROM budget_items WHERE item = '{item}'"
    ))
    .await;
}

pub fn target(code: &str, class: &str, weight: i64, aim: Option<(&str, &str, i64)>) -> Value {
    let (indicator, sign, value) = aim.unzip3();
    json!({"code": code, "name": format!("指标 {code}"), "class": class, "indicator": indicator,
        "sign": sign.unwrap_or("qualitative"), "value": value, "unit": null, "weight": weight, "strategy": null})
}

trait Unzip3<A, B, C> {
    fn unzip3(self) -> (Option<A>, Option<B>, Option<C>);
}

impl<A, B, C> Unzip3<A, B, C> for Option<(A, B, C)> {
    fn unzip3(self) -> (Option<A>, Option<B>, Option<C>) {
        match self {
            None => (None, None, None),
            Some((a, b, c)) => (Some(a), Some(b), Some(c)),
        }
    }
}

/// An approved goal; of a project where the level says so.
pub async fn goal(app: &TestApp, code: &str, level: &str, organisation: &str, targets: &[Value]) {
    let school = if organisation.starts_with("2199") { format!("'{organisation}'") } else { "NULL".to_owned() };
    let project = if level == "project" { format!("'{code}'") } else { "NULL".to_owned() };
    let content = json!({"description": format!("完成 {code}"), "measures": [], "targets": targets});
    app.execute(&format!(
        "INSERT INTO goals VALUES (1, 2022, '{code}', '{level}', '{organisation}', {school}, {project});
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version,
             approved_by, approved_at, updated_by, updated_at)
         VALUES (1, 2022, '{code}', 1, {school}, 'teaching', '目标 {code}', '{content}', 'approved', 4, 'user:leader',
             '2022-02-01', 'user:leader', '2022-02-01')"
    ))
    .await;
}

/// The targets of the project: three with numbers, two without.
pub fn targets() -> Vec<Value> {
    vec![
        target("pupils", "quantity", 20, Some(("pupils", "at_least", 100))),
        target("boarders", "quality", 30, Some(("boarders", "at_most", 20))),
        target("grant", "economic", 15, Some(("grant", "at_least", 1000))),
        target("influence", "social", 15, None),
        target("parents", "satisfaction", 10, None),
    ]
}

/// The project of the first school: budget 1,300,000, of which 975,000 were paid.
pub async fn renovation(app: &TestApp) {
    project(app, PROJECT, SCHOOL, "under_way").await;
    item(app, "initial", PROJECT, "initial", [1_000_000, 200_000, 900_000]).await;
    item(app, "carried", PROJECT, "carried_over", [100_000, 0, 75_000]).await;
    goal(app, PROJECT, "project", SCHOOL, &targets()).await;
}

/// What the first school reported for 2022, accepted: 85 pupils, 25 boarders, a grant of 1200.
pub async fn reported(app: &TestApp) -> Desk {
    let desk = Desk::basics(app).await;
    let mut cells = pupils(40, 45);
    cells.extend([cell("boarders", 25), cell("grant", 1200)]);
    desk.bring_to("accepted", &document(&cells)).await;
    desk
}

/// What the school enters of its project, complete.
pub fn entered() -> Value {
    json!({
        "summary": "基本完成",
        "goals": [{"goal": PROJECT, "actual": "已完工"}],
        "targets": [
            {"goal": PROJECT, "target": "influence", "band": "achieved", "score": 13, "actual": "反映良好"},
            {"goal": PROJECT, "target": "parents", "band": "partly_achieved", "score": 7},
            {"goal": PROJECT, "target": "grant", "reason": "追加补助", "measures": "提高目标值"},
        ],
    })
}

/// Everybody who takes part.
pub struct People {
    pub reporter: Client,
    pub principal: Client,
    pub finance: Client,
    pub leader: Client,
}

impl People {
    pub async fn of(app: &TestApp) -> Self {
        Self {
            reporter: app.log_in("reporter").await,
            principal: app.log_in("principal").await,
            finance: app.log_in("finance").await,
            leader: app.log_in("leader").await,
        }
    }

    /// Saves over whatever is there.
    pub async fn save(&self, path: &str, entered: &Value) -> Answer {
        let begun = self.reporter.get(path).await.expect(200)["version"].is_number();
        let reporter = if begun { self.reporter.with("if-match", "*") } else { self.reporter.clone() };
        reporter.put(path, entered).await
    }

    pub async fn submit(&self, path: &str) -> Answer {
        self.principal.post(&format!("{path}/submit"), &json!({})).await
    }

    pub async fn review(&self, path: &str, review: &Value) -> Answer {
        self.finance.post(&format!("{path}/review"), review).await
    }

    pub async fn finalise(&self, path: &str) -> Answer {
        self.leader.post(&format!("{path}/finalise"), &json!({})).await
    }

    /// From nothing to the end.
    pub async fn evaluate(&self, path: &str, entered: &Value) -> Value {
        self.save(path, entered).await.expect(201);
        self.submit(path).await.expect(200);
        self.review(path, &json!({})).await.expect(200);
        self.finalise(path).await.expect(200)
    }
}

/// A county with the project, its reports, and everybody; by a catalogue.
pub async fn county(catalogue: &str) -> (TestApp, People, Desk) {
    let app = TestApp::with_catalogue_of(catalogue).await;
    renovation(&app).await;
    let desk = reported(&app).await;
    let people = People::of(&app).await;
    (app, people, desk)
}
