//! Two counties in which everything has happened, so that no table is empty for anybody.

use serde_json::json;

use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, Settings, TestApp, cell, document, pupils, sheet};

/// What the sibling school and the other county wrote, and nobody else may read.
pub const SECRETS: [(&str, &str); 2] = [(SIBLING, "机密·第二小学"), (NEIGHBOUR, "机密·邻县")];

pub async fn full() -> TestApp {
    full_with(Settings::default()).await
}

pub async fn full_with(settings: Settings) -> TestApp {
    let app = TestApp::with_catalogue_and(settings).await;
    app.execute(
        "INSERT INTO catalogue_versions SELECT 2, version, document, recorded_at, recorded_by, superseded_at FROM catalogue_versions;
         INSERT INTO form_versions SELECT 2, form, version, definition, catalogue_version, published_at, published_by FROM form_versions",
    )
    .await;
    for (school, principal, bureau, text) in [
        (SCHOOL, "principal", "990001", "自己的"),
        (SIBLING, "principal2", "990001", SECRETS[0].1),
        (NEIGHBOUR, "principal", "990002", SECRETS[1].1),
    ] {
        report(&app, school, &format!("{principal}@{bureau}"), bureau, text).await;
    }
    for bureau in ["990001", "990002"] {
        let admin = app.log_in(&format!("admin@{bureau}")).await;
        let client = json!({"name": "MIS", "organisation": bureau, "scopes": ["figures:read"]});
        admin.post("/v1/clients", &client).await.expect(201);
    }
    app
}

/// A year of a school: saved, submitted, accepted, reopened, changed, with more time.
async fn report(app: &TestApp, school: &str, principal: &str, bureau: &str, text: &str) {
    let (principal, officer) = (app.log_in(principal).await, app.log_in(&format!("officer@{bureau}")).await);
    let path = sheet("basics", "2022", school);
    let mut cells = pupils(40, 45);
    cells.push(cell("remark", text));
    principal.put(&path, &document(&cells)).await.expect(201);
    let keyed = principal.with("idempotency-key", text.strip_prefix("机密·").map_or("own", |_| "theirs"));
    keyed.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    officer.post(&format!("{path}/accept"), &json!({})).await.expect(200);
    officer.post(&format!("{path}/reopen"), &json!({"note": text})).await.expect(200);
    let extension = format!("/v1/forms/basics/periods/2022/extensions/{school}");
    officer.put(&extension, &json!({"until": "2090-01-01", "reason": text})).await.expect(201);
}
