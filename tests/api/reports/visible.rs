//! Schools see what was published; and where a number comes from.

use serde_json::{Value, json};

use super::world::County;
use crate::support::SCHOOL;

#[tokio::test]
async fn a_school_sees_what_was_published_and_nothing_else() {
    let county = County::complete().await;
    let (draft, published) = (county.assemble().await, county.published().await);
    for path in [draft.clone(), format!("{draft}/document.docx"), format!("{draft}/sources/0")] {
        county.principal.get(&path).await.problem(404, "not_found");
    }
    let seen = county.principal.get("/v1/reports").await.expect(200);
    let codes: Vec<&Value> = seen["items"].as_array().expect("items").iter().map(|item| &item["code"]).collect();
    assert_eq!(codes, ["annual-2022-2"]);
    let read = county.principal.get(&published).await.expect(200);
    assert_eq!(read["document"], county.leader.get(&published).await.expect(200)["document"]);
    assert_eq!(read["may"], json!([]));
    let file = county.principal.get(&format!("{published}/document.docx")).await;
    assert_eq!(file.status.as_u16(), 200);
    for work in ["findings", "verify"] {
        county.principal.get(&format!("{published}/{work}")).await.problem(403, "forbidden");
    }
    // A scope that an administrator would not give.
    let machine = county.app.machine(SCHOOL, &["reports:write", "reports:approve"]).await;
    machine.post("/v1/reports", &json!({"year": 2022, "template": "annual"})).await.problem(403, "forbidden");
    machine.post(&format!("{draft}/approve"), &json!({})).await.problem(403, "forbidden");
    let foreign = county.app.log_in("leader@990002").await;
    foreign.get(&published).await.problem(404, "not_found");
    assert_eq!(foreign.get("/v1/reports").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn what_the_bureau_says_of_its_own_report_is_not_for_schools() {
    let county = County::incomplete().await;
    let path = county.assemble().await;
    let draft = county.leader.get(&path).await.expect(200);
    let all: Vec<Value> = draft["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| json!({"finding": finding["id"], "reason": "机密"}))
        .collect();
    county.leader.post(&format!("{path}/approve"), &json!({"acknowledged": all})).await.expect(200);
    county.finance.post(&format!("{path}/publish"), &json!({})).await.expect(200);
    let read = county.principal.get(&path).await;
    assert_eq!(read.expect(200)["findings"], json!([]));
    assert!(!read.text.contains("机密"));
}

#[tokio::test]
async fn a_number_leads_to_the_schools_that_make_it() {
    let county = County::complete().await;
    let path = county.approved().await;
    let report = county.leader.get(&path).await.expect(200);
    county.change_everything().await;
    let source = county.leader.get(&format!("{path}/sources/0")).await.expect(200);
    assert_eq!(source["source"], report["document"]["sources"][0]);
    let shown = &source["shown"][0];
    assert_eq!((&shown["text"], &shown["shows"]), (&json!("145人"), &json!("value")));
    let pointer = shown["pointer"].as_str().expect("text");
    assert_eq!(report["document"].pointer(pointer).expect("the number")["text"], "145人");

    let behind = county.leader.get(source["links"][0].as_str().expect("an address")).await.expect(200);
    assert_eq!((&behind["figure"]["value"], &behind["as_of"]), (&json!(145), &report["as_of"]));
    let contributions = behind["items"].as_array().expect("items").iter();
    let sum: i64 = contributions.map(|item| item["contribution"].as_i64().expect("a number")).sum();
    assert_eq!(sum, 145);
    county.leader.get(&format!("{path}/sources/99")).await.problem(404, "not_found");
    assert_eq!(county.leader.get(&format!("{path}/sources/x")).await.status.as_u16(), 404);
}
