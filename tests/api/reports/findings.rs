//! What is found wrong with a report, and that it stands in the way of approving.

use serde_json::{Value, json};

use super::world::County;
use crate::support::SCHOOL;

fn found(report: &Value) -> Vec<(String, String)> {
    let items = report.get("findings").unwrap_or(&report["items"]).as_array().expect("findings");
    let text = |item: &Value, name: &str| item[name].as_str().expect("text").to_owned();
    items.iter().map(|item| (text(item, "kind"), text(item, "id"))).collect()
}

#[tokio::test]
async fn what_is_incomplete_is_acknowledged_with_a_reason_or_not_approved() {
    let county = County::incomplete().await;
    let path = county.assemble().await;
    let draft = county.leader.get(&path).await.expect(200);
    let found = found(&draft);
    assert!(!found.is_empty() && found.iter().all(|(kind, _)| kind == "incomplete"), "{draft}");
    let refused = county.approve(&path).await;
    let open = refused.problem(409, "state_forbids");
    let mut wanted: Vec<_> = found.iter().map(|(_, id)| format!("/findings/{id} unexplained_warning")).collect();
    wanted.sort();
    assert_eq!(open, wanted);
    assert_eq!(refused.json()["state"], "draft");

    let approve = async |acknowledged: Value| {
        county.leader.post(&format!("{path}/approve"), &json!({"acknowledged": acknowledged})).await
    };
    let because = |id: &str, reason: &str| json!({"finding": id, "reason": reason});
    let id = found[0].1.as_str();
    for (acknowledged, violations) in [
        (json!([because("0000", "x")]), "/acknowledged/0/finding unknown_reference"),
        (json!([because(id, " ")]), "/acknowledged/0/reason missing"),
        (json!([because(id, "x"), because(id, "y")]), "/acknowledged/1/finding duplicate"),
    ] {
        assert_eq!(approve(acknowledged).await.problem(422, "validation_failed"), [violations]);
    }
    assert_eq!(county.leader.get(&path).await.expect(200)["state"], "draft", "nothing was written");
    let all: Vec<Value> = found.iter().map(|(_, id)| because(id, "一所学校停办")).collect();
    let approved = approve(json!(all)).await.expect(200);
    assert_eq!(approved["findings"][0]["reason"], "一所学校停办");
}

#[tokio::test]
async fn a_figure_that_changed_since_is_found_and_stands_in_the_way() {
    let county = County::complete().await;
    let path = county.assemble().await;
    assert_eq!(found(&county.leader.get(&format!("{path}/findings")).await.expect(200)), []);
    county.change_everything().await;
    let now = county.leader.get(&format!("{path}/findings")).await.expect(200);
    assert!(found(&now).iter().any(|(kind, _)| kind == "changed"), "{now}");
    assert_eq!(now["items"][0]["blocks"], true);
    assert_eq!(county.leader.get(&path).await.expect(200)["findings"], json!([]), "as it was assembled");
    county.approve(&path).await.problem(409, "state_forbids");
    county.finance.post(&format!("{path}/assemble"), &json!({})).await.expect(200);
    county.approve(&path).await.expect(200);
}

#[tokio::test]
async fn records_that_came_or_changed_since_are_found() {
    let county = County::complete().await;
    let admin = county.app.log_in("admin").await.with("if-match", "*");
    let mut template = admin.get("/v1/report-templates/annual").await.expect(200);
    let text = "获奖：{% for a in records('awards') %}{{ a.title }}；{% endfor %}";
    template["sections"] = json!([{"blocks": [{"paragraph": text}]}]);
    admin.put("/v1/report-templates/annual", &template).await.expect(200);
    let award = async |code: &str, title: &str| {
        let fields = json!({"title": title, "level": "city"});
        let award = json!({"code": code, "school": SCHOOL, "since": "2022-06-01", "fields": fields});
        county.desk.reporter.post("/v1/registers/awards/records", &award).await.expect(201)
    };
    award("a1", "合唱").await;
    let path = county.assemble().await;
    let findings = async || county.leader.get(&format!("{path}/findings")).await.expect(200);
    assert_eq!(findings().await["items"], json!([]));

    // The report is of the template that it was assembled by.
    template["sections"] = json!([{"blocks": [{"paragraph": "另一份报告"}]}]);
    admin.put("/v1/report-templates/annual", &template).await.expect(200);
    award("a2", "象棋").await;
    let now = findings().await;
    assert_eq!(found(&now).len(), 1, "{now}");
    assert_eq!((&now["items"][0]["kind"], &now["items"][0]["quote"]), (&json!("changed"), &json!("获奖：合唱；")));
    assert_eq!(now["items"][0]["message"], "按现有数据重新生成，此处为“获奖：合唱；象棋；”");
    county.approve(&path).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn findings_are_told_in_the_language_asked_for() {
    let county = County::incomplete().await;
    let path = format!("{}/findings", county.assemble().await);
    let chinese = county.leader.get(&path).await.expect(200);
    let english = county.leader.with("accept-language", "en").get(&path).await.expect(200);
    assert_eq!(chinese["items"][0]["id"], english["items"][0]["id"]);
    assert_ne!(chinese["items"][0]["message"], english["items"][0]["message"]);
}
