//! Two counties in which everything has happened, so that no table is empty for anybody.

use serde_json::{Value, json};

use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, Settings, TestApp, cell, document, pupils, sheet};

/// What the sibling school wrote, and nobody at the school may read.
pub const SIBLING_SECRET: &str = "机密·第二小学";
/// How many pupils it reported.
pub const SIBLING_PUPILS: u32 = 7_654_321;
/// What the other county wrote.
pub const NEIGHBOUR_SECRET: &str = "机密·邻县";

pub async fn full() -> TestApp {
    full_with(Settings::default()).await
}

pub async fn full_with(settings: Settings) -> TestApp {
    let app = TestApp::with_catalogue_and(settings).await;
    app.execute(
        "INSERT INTO catalogue_versions SELECT 2, version, document, recorded_at, recorded_by, superseded_at FROM catalogue_versions;
         INSERT INTO form_versions SELECT 2, form, version, definition, catalogue_version, published_at, published_by FROM form_versions;
         INSERT INTO register_versions SELECT 2, register, version, definition, catalogue_version, recorded_at, recorded_by FROM register_versions",
    )
    .await;
    for (school, principal, boys, text) in [
        (SCHOOL, "principal@990001", 45, "自己的"),
        (SIBLING, "principal2@990001", SIBLING_PUPILS - 40, SIBLING_SECRET),
        (NEIGHBOUR, "principal@990002", 8_765_432, NEIGHBOUR_SECRET),
    ] {
        let mut cells = pupils(40, boys);
        cells.push(cell("remark", text));
        report(&app, school, principal, &document(&cells), text).await;
        let award =
            json!({"code": format!("award-{school}"), "school": school, "fields": {"title": text, "level": "city"}});
        app.log_in(principal).await.post("/v1/registers/awards/records", &award).await.expect(201);
        let bureau = if school == NEIGHBOUR { 2 } else { 1 };
        super::goals::fill(&app, bureau, school, text).await;
        super::assets::keep(&app, school, principal, text).await;
    }
    super::projects::fill(&app).await;
    super::finance::fill(&app).await;
    for bureau in ["990001", "990002"] {
        let admin = app.log_in(&format!("admin@{bureau}")).await;
        let client = json!({"name": "MIS", "organisation": bureau, "scopes": ["figures:read"]});
        admin.post("/v1/clients", &client).await.expect(201);
    }
    super::monitoring::fill(&app).await;
    super::jobs::fill(&app).await;
    super::evaluation::fill(&app).await;
    super::reports::fill(&app).await;
    app
}

/// A year of a school: saved, submitted, accepted, reopened, with more time.
async fn report(app: &TestApp, school: &str, principal: &str, document: &Value, reason: &str) {
    let officer = principal.replace("principal2", "officer").replace("principal", "officer");
    let (principal, officer) = (app.log_in(principal).await, app.log_in(&officer).await);
    let path = sheet("basics", "2022", school);
    principal.put(&path, document).await.expect(201);
    principal.with("idempotency-key", "once").post(&format!("{path}/submit"), &json!({})).await.expect(200);
    officer.post(&format!("{path}/accept"), &json!({})).await.expect(200);
    officer.post(&format!("{path}/reopen"), &json!({"note": reason})).await.expect(200);
    let file = principal.upload(&format!("{reason}.pdf"), format!("%PDF-1.7 {reason}").as_bytes()).await.expect(201);
    let file = file["id"].as_str().expect("an id").to_owned();
    let attachment = format!("/v1/files/{file}/attachments/submissions/basics/2022/{school}");
    principal.put(&attachment, &json!({})).await.expect(200);
    let extension = format!("/v1/forms/basics/periods/2022/extensions/{school}");
    officer.put(&extension, &json!({"until": "2090-01-01", "reason": reason})).await.expect(201);
}
