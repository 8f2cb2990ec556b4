//! Monitoring: rounds, what they see and freeze, and the sheets that answer to it.

mod board;
mod forms;
mod lights;
mod rectifying;
mod rounds;
mod sheets;

use serde_json::{Value, json};

use crate::support::{Client, Desk, SCHOOL, TestApp, document, pupils};

/// When everything was recorded that a test finds there.
const LONG_AGO: &str = "2022-01-05T00:00:00Z";

/// Where rounds are.
pub const ROUNDS: &str = "/v1/monitoring/rounds";

/// The path of a sheet.
pub fn sheet(round: &str, project: &str) -> String {
    format!("{ROUNDS}/{round}/sheets/{project}")
}

/// The school of a unit, as it stands in tables.
fn school_of(unit: &str) -> String {
    if unit.len() == 10 { format!("'{unit}'") } else { "NULL".to_owned() }
}

/// A project of a unit for which the section `teaching` is responsible.
pub async fn project(app: &TestApp, code: &str, unit: &str, state: &str) {
    let school = school_of(unit);
    app.execute(&format!(
        "INSERT INTO projects VALUES (1, '{code}', '{unit}', {school});
         INSERT INTO project_revisions (bureau_id, project, revision, school, name, category, section, first_year, last_year,
             is_key, is_special_fund, state, action, recorded_by, recorded_at)
         VALUES (1, '{code}', 1, {school}, '项目{code}', 'specific', 'teaching', 2022, 2023, false, false, '{state}',
             'propose', 'user:x', '{LONG_AGO}')"
    ))
    .await;
}

/// A budget item of a project, and its original budget.
pub async fn item(app: &TestApp, item: &str, (project, unit): (&str, &str), amount: &str) {
    let school = school_of(unit);
    app.execute(&format!(
        "INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, school, project, name, is_procurement,
             original, recorded_by, recorded_at)
         VALUES (1, '{item}', 2022, false, '{unit}', {school}, '{project}', '指标', false, {amount}, 'user:x', '{LONG_AGO}');
         INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, recorded_by, recorded_at)
         VALUES (1, '{item}', 1, 2022, {school}, 'original', {amount}, '2022-01-05', 'user:x', '{LONG_AGO}')"
    ))
    .await;
}

/// A payment out of an item, recorded now.
pub async fn payment(app: &TestApp, voucher: &str, item: &str, amount: &str, paid_on: &str) {
    app.execute(&format!(
        "INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, recorded_by, recorded_at)
         SELECT 1, '{voucher}', item, 2022, school, {amount}, '{paid_on}', 'client:x', now()
         FROM budget_items WHERE item = '{item}'"
    ))
    .await;
}

/// The goal of a project with these targets, in force as a version.
pub async fn goal(app: &TestApp, project: &str, version: u32, targets: &[Value]) {
    let content = json!({"description": "目标", "measures": [], "targets": targets});
    app.execute(&format!(
        "INSERT INTO goals SELECT 1, 2022, 'goal-' || code, 'project', organisation, school, code
             FROM projects WHERE code = '{project}' ON CONFLICT DO NOTHING;
         UPDATE goal_versions SET superseded_at = now() WHERE goal = 'goal-{project}';
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version,
             approved_by, approved_at, updated_by, updated_at)
         SELECT 1, 2022, goal, {version}, school, 'teaching', '目标', '{content}', 'approved', 1, 'user:leader',
             CASE {version} WHEN 1 THEN '{LONG_AGO}' ELSE now() END, 'user:x', now()
         FROM goals WHERE goal = 'goal-{project}'"
    ))
    .await;
}

/// A target of an indicator within the first school.
pub fn target(code: &str, sign: &str, value: u32, indicator: &str) -> Value {
    json!({"code": code, "name": format!("指标{code}"), "class": "quantity", "indicator": indicator, "sign": sign,
        "value": value, "unit": "人", "weight": 10, "strategy": null, "within": SCHOOL})
}

/// Lets the first school have 60 pupils in 2022.
pub async fn sixty_pupils(app: &TestApp) {
    Desk::basics(app).await.bring_to("accepted", &document(&pupils(20, 40))).await;
}

/// Opens a round by a month of 2022.
pub async fn open(finance: &Client, code: &str, month: u32) -> Value {
    let round = json!({"code": code, "name": "运行监控", "year": 2022, "month": month, "due_on": "2090-01-01"});
    finance.post(ROUNDS, &round).await.expect(201)
}

/// The small county with a project of the first school, behind with its budget and with a target: `red`. By the end of June
/// 100 of 1000 are paid, and of 240 pupils there are 60; of the goal's three targets one is on the way, one has no data.
pub async fn behind() -> TestApp {
    let app = TestApp::with_catalogue().await;
    project(&app, "red", SCHOOL, "under_way").await;
    item(&app, "i-red", ("red", SCHOOL), "1000").await;
    payment(&app, "v-red", "i-red", "100", "2022-06-30").await;
    sixty_pupils(&app).await;
    goal(
        &app,
        "red",
        1,
        &[
            target("few", "at_least", 240, "pupils"),
            target("kept", "at_most", 60, "pupils"),
            target("unknown", "at_least", 5, "boarders"),
        ],
    )
    .await;
    app
}

/// What has to be said to that sheet before it can be handed in.
pub fn complete() -> Value {
    let reason = json!({"kinds": ["funding", "personnel"], "text": "工程款未到支付节点"});
    json!({
        "budget": {"expected": 900.5, "reason": reason},
        "targets": [
            {"code": "few", "expected": 200, "likelihood": "possible", "reason": reason},
            {"code": "kept", "likelihood": "certain"},
            {"code": "unknown", "likelihood": "impossible"},
        ],
        "measures": "倒排工期"
    })
}
