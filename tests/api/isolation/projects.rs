//! Projects, appraisals and rectifications of the school, its sibling and the neighbour.

use serde_json::json;

use super::world::{NEIGHBOUR_SECRET, SIBLING_SECRET};
use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, TestApp};

const CRITERIA: [&str; 5] = ["necessity", "economy", "goals", "feasibility", "financing"];

pub async fn fill(app: &TestApp) {
    for (school, bureau, text) in
        [(SCHOOL, "990001", "自己的"), (SIBLING, "990001", SIBLING_SECRET), (NEIGHBOUR, "990002", NEIGHBOUR_SECRET)]
    {
        let (officer, finance) =
            (app.log_in(&format!("officer@{bureau}")).await, app.log_in(&format!("finance@{bureau}")).await);
        let code = format!("of-{school}");
        let project = json!({"code": code, "name": text, "category": "specific", "organisation": school,
            "section": "teaching", "first_year": 2022});
        officer.post("/v1/projects", &project).await.expect(201);
        let score = |criterion| json!({"criterion": criterion, "score": 18, "reason": text});
        let appraisal = json!({"scores": CRITERIA.map(score), "opinion": text});
        finance.post(&format!("/v1/projects/{code}/appraisals"), &appraisal).await.expect(201);
        let finding = json!({"code": code, "organisation": school, "section": "teaching", "source": "monitoring",
            "finding": text, "due_on": "2090-01-01"});
        finance.post("/v1/rectifications", &finding).await.expect(201);
    }
}
