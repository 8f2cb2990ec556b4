//! A county in which all schools reported, and its report.

use serde_json::{Value, json};

use crate::support::{Answer, Client, Desk, JUNIOR_SCHOOL, SIBLING, TestApp, document, pupils, sheet};

/// Everybody who takes part.
pub struct County {
    pub app: TestApp,
    pub desk: Desk,
    pub finance: Client,
    pub leader: Client,
    pub principal: Client,
}

impl County {
    /// A county in which all schools reported but the first.
    pub async fn incomplete() -> Self {
        let app = TestApp::with_catalogue().await;
        for (school, principal) in [(SIBLING, "principal2"), (JUNIOR_SCHOOL, "principal4")] {
            let (principal, officer) = (app.log_in(principal).await, app.log_in("officer").await);
            let path = sheet("basics", "2022", school);
            principal.put(&path, &document(&pupils(10, 20))).await.expect(201);
            principal.post(&format!("{path}/submit"), &json!({})).await.expect(200);
            officer.post(&format!("{path}/accept"), &json!({})).await.expect(200);
        }
        let desk = Desk::basics(&app).await;
        let (finance, leader) = (app.log_in("finance").await, app.log_in("leader").await);
        Self { finance, leader, principal: app.log_in("principal").await, desk, app }
    }

    /// A county in which all schools reported: 145 pupils.
    pub async fn complete() -> Self {
        let county = Self::incomplete().await;
        county.desk.bring_to("accepted", &document(&pupils(40, 45))).await;
        county
    }

    /// Assembles a report, and says where it is.
    pub async fn assemble(&self) -> String {
        let made = self.finance.post("/v1/reports", &json!({"year": 2022, "template": "annual"})).await;
        made.expect(201);
        made.headers["location"].to_str().expect("text").to_owned()
    }

    /// A report that was approved.
    pub async fn approved(&self) -> String {
        let path = self.assemble().await;
        self.approve(&path).await.expect(200);
        path
    }

    /// A report that was published.
    pub async fn published(&self) -> String {
        let path = self.approved().await;
        self.finance.post(&format!("{path}/publish"), &json!({})).await.expect(200);
        path
    }

    pub async fn approve(&self, path: &str) -> Answer {
        self.leader.post(&format!("{path}/approve"), &json!({})).await
    }

    /// The first school reports other numbers, which are accepted: everything on which a report rests changes.
    pub async fn change_everything(&self) {
        self.desk.reopen().await.expect(200);
        self.desk.save(&document(&pupils(100, 100))).await.expect(200);
        self.desk.submit().await.expect(200);
        self.desk.accept().await.expect(200);
    }

    /// Another user of the bureau with these roles.
    pub async fn user(&self, name: &str, roles: &str) -> Client {
        self.app
            .execute(&format!(
                "INSERT INTO users SELECT bureau_id, '{name}', '{name}', '990001', '{{{roles}}}', password_hash, false, 1,
                     created_at, updated_at FROM users WHERE username = 'leader' AND bureau_id = 1"
            ))
            .await;
        self.app.log_in(name).await
    }
}

/// The words of a report, without its headings.
pub fn words(report: &Value) -> String {
    let blocks = report["document"]["blocks"].as_array().expect("blocks");
    let paragraphs = blocks.iter().filter(|block| block["type"] == "paragraph");
    let spans = paragraphs.flat_map(|block| block["spans"].as_array().expect("spans"));
    spans.map(|span| span["text"].as_str().expect("text")).collect()
}
