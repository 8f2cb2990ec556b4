//! Goals in lists and trees.

use serde_json::{Value, json};

use super::{Office, of_project, path};
use crate::support::SIBLING;

fn codes(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

/// `code(children …)`, by their order.
fn drawn(nodes: &Value) -> String {
    let each = |node: &Value| {
        let code = node["goal"]["code"].as_str().unwrap().to_owned();
        match drawn(&node["children"]).as_str() {
            "" => code,
            children => format!("{code}({children})"),
        }
    };
    nodes.as_array().unwrap().iter().map(each).collect::<Vec<_>>().join(" ")
}

async fn full() -> Office {
    let office = Office::with_activity().await;
    office.bring(&path("P"), &of_project(), "approved").await;
    super::project(&office.app, "P-2", SIBLING, (2022, 2022)).await;
    let mut other = of_project();
    other["organisation"] = json!(SIBLING);
    other["project"] = json!("P-2");
    office.bring(&path("Q"), &other, "submitted").await;
    office
}

#[tokio::test]
async fn goals_are_listed_page_by_page_and_filtered() {
    let office = full().await;
    let list = async |query: &str| office.finance.get(&format!("/v1/goals/2022{query}")).await.expect(200);
    assert_eq!(codes(&list("").await), ["A", "D", "O", "P", "Q"]);
    assert_eq!(codes(&list("?level=project").await), ["P", "Q"]);
    assert_eq!(codes(&list("?state=submitted").await), ["Q"]);
    assert_eq!(codes(&list(&format!("?organisation={SIBLING}")).await), ["Q"]);
    assert_eq!(codes(&list("?parent=A&state=approved").await), ["P"]);
    assert_eq!(codes(&list("?section=finance").await), Vec::<&str>::new());
    let first = list("?limit=3").await;
    assert_eq!(codes(&first), ["A", "D", "O"]);
    let cursor = first["next"].as_str().unwrap();
    let second = list(&format!("?limit=3&cursor={cursor}")).await;
    assert_eq!((codes(&second), &second["next"]), (vec!["P", "Q"], &json!(null)));
    office.finance.get(&format!("/v1/goals/2022?level=duty&cursor={cursor}")).await.problem(400, "invalid_parameter");
    office.finance.get("/v1/goals/2022?level=village").await.problem(400, "invalid_parameter");
    assert_eq!(codes(&office.finance.get("/v1/goals/2023").await.expect(200)), Vec::<&str>::new());
    let project = list("?level=project").await["items"][0].clone();
    assert_eq!((&project["targets"], &project["in_force"], &project["project"]), (&json!(5), &json!(1), &json!("P-1")));
}

#[tokio::test]
async fn a_tree_shows_what_serves_what() {
    let office = full().await;
    let tree = async |query: &str| office.finance.get(&format!("/v1/goals/2022/tree{query}")).await.expect(200);
    assert_eq!(drawn(&tree("").await["items"]), "O(D(A(P Q)))");
    assert_eq!(drawn(&tree("?in_force=true").await["items"]), "O(D(A(P)))");
    assert_eq!(drawn(&tree("?as_of=2021-06-01T00:00:00Z").await["items"]), "");
    // A school sees its own goals, and not what they serve.
    let own = office.principal.get("/v1/goals/2022/tree").await.expect(200);
    assert_eq!(drawn(&own["items"]), "P");
    assert_eq!(codes(&office.principal.get("/v1/goals/2022").await.expect(200)), ["P"]);
    office.principal.get(&path("A")).await.problem(404, "not_found");
}
