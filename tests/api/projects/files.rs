//! Projects imported as files.

use reqwest::Method;
use serde_json::{Value, json};

use super::{appraise, project, propose};
use crate::support::{Answer, Client, SCHOOL, SIBLING, TestApp};

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
const HEADER: &str = "code,name,category,organisation,section,first_year,last_year,is_key,state,note";

async fn import(client: &Client, query: &str, (media_type, file): (&str, &str)) -> Answer {
    let path = format!("/v1/projects/import{query}");
    client.send_raw(Method::POST, &path, Some((media_type, file.as_bytes().to_vec()))).await
}

fn counts(report: &Value) -> [u64; 3] {
    ["created", "updated", "unchanged"].map(|name| report[name].as_u64().unwrap())
}

#[tokio::test]
async fn a_table_proposes_changes_and_moves_projects() {
    let app = TestApp::with_catalogue().await;
    let (finance, reporter) = (app.log_in("finance").await, app.log_in("reporter").await);
    propose(&reporter, "P1", &json!({"category": "operation"})).await;
    propose(&reporter, "P2", &json!({})).await;
    appraise(&finance, "P2", &json!(20)).await;
    let file = format!(
        "\u{feff}{HEADER}\n\
         P1,校舍安全工程,operation,{SCHOOL},teaching,2022,2023,是,,更正\n\
         P2,校舍安全工程,specific,{SCHOOL},teaching,2022,2023,,in_budget,列入预算\n\
         P3,营养餐,specific,{SIBLING},teaching,2022,,,,\n"
    );
    let dry = import(&finance, "?dry_run=true", (CSV, &file)).await.expect(200);
    assert_eq!(counts(&dry), [1, 2, 0]);
    assert_eq!(app.query("SELECT count(*) FROM project_revisions").await, 3);
    assert_eq!(counts(&import(&finance, "", (CSV, &file)).await.expect(200)), [1, 2, 0]);
    assert_eq!(counts(&import(&finance, "", (CSV, &file)).await.expect(200)), [0, 0, 3]);
    let admitted = finance.get("/v1/projects/P2").await.expect(200);
    assert_eq!(
        (&admitted["state"], &admitted["action"], &admitted["note"]),
        (&json!("in_budget"), &json!("admit"), &json!("列入预算"))
    );
    let new = app.log_in("reporter2").await.get("/v1/projects/P3").await.expect(200);
    assert_eq!((&new["last_year"], &new["is_key"]), (&json!(2022), &json!(false)));
    let entries = app.query("SELECT json_agg(action ORDER BY id) FROM journal WHERE subject_type = 'project'").await;
    assert_eq!(
        entries.as_array().unwrap()[3..],
        [json!("project.update"), json!("project.admit"), json!("project.propose")]
    );
}

#[tokio::test]
async fn each_row_that_is_refused_is_named_with_all_that_is_wrong() {
    let app = TestApp::with_catalogue().await;
    let (finance, reporter) = (app.log_in("finance").await, app.log_in("reporter").await);
    propose(&reporter, "old", &json!({})).await;
    let rows = [
        project("a", &json!({"organisation": "2199999999", "section": "nowhere", "last_year": 2000})),
        project("b", &json!({})),
        project("b", &json!({})),
        project("c", &json!({"state": "closed"})),
        project("old", &json!({"state": "in_budget"})),
        project("old2", &json!({"colour": "red", "category": "x"})),
    ]
    .map(|row| row.to_string());
    let file = format!("{}\n{{\n{}", rows.join("\n"), project("old", &json!({"organisation": SIBLING})));
    let report = import(&finance, "?atomic=false", (NDJSON, &file)).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0]);
    let told: Vec<String> = report["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| {
            let (index, line) = (row["index"].clone(), row["line"].clone());
            let violations = row["violations"].as_array().unwrap().clone();
            violations.into_iter().map(move |each| {
                format!("{index}/{line} {} {}", each["pointer"].as_str().unwrap(), each["code"].as_str().unwrap())
            })
        })
        .collect();
    assert_eq!(
        told,
        [
            "0/1 /last_year out_of_range",
            "0/1 /organisation unknown_reference",
            "0/1 /section unknown_reference",
            "2/3 /code duplicate",
            "3/4 /state state_forbids",
            // Without an appraisal.
            "4/5 /state state_forbids",
            "5/6 /category not_allowed",
            "5/6 /colour unknown_field",
            "6/7  wrong_format",
            "7/8 /code duplicate",
        ]
    );
    let both = project("old", &json!({"state": "rejected", "is_key": true})).to_string();
    let refused = import(&finance, "", (NDJSON, &both)).await.problem(422, "validation_failed");
    assert_eq!(refused, ["/0/state inconsistent"]);
    import(&finance, "", (CSV, "code,colour\na,red\n")).await.problem(400, "malformed_request");
    import(&finance, "", ("text/plain", "")).await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_school_imports_its_own_and_no_other() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let file = [project("a", &json!({})), project("b", &json!({"organisation": SIBLING}))].map(|row| row.to_string());
    let report = import(&reporter, "?atomic=false", (NDJSON, &file.join("\n"))).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0]);
    assert_eq!(report["rejected"][0]["violations"][0]["code"], "not_allowed");
}

#[tokio::test]
async fn of_a_file_only_the_row_is_refused_whose_code_another_school_has() {
    let app = TestApp::with_catalogue().await;
    propose(&app.log_in("reporter").await, "K1", &json!({})).await;
    let sibling = app.log_in("reporter2").await;
    let rows = ["free", "K1"].map(|code| project(code, &json!({"organisation": SIBLING})).to_string());
    let file = rows.join("\n");
    let refused = import(&sibling, "", (NDJSON, &file)).await;
    assert_eq!(refused.problem(422, "validation_failed"), ["/1/code duplicate"]);
    assert_eq!(app.query("SELECT count(*) FROM projects").await, 1);
    let violation = json!({"pointer": "/code", "code": "duplicate", "message": "编码“K1”已被使用"});
    let rejected = json!([{"index": 1, "line": 2, "violations": [violation]}]);
    let report = import(&sibling, "?atomic=false", (NDJSON, &file)).await.expect(200);
    assert_eq!(report, json!({"created": 1, "updated": 0, "unchanged": 0, "rejected": rejected}));
    for kept in ["projects", "project_revisions", "journal WHERE subject_type = 'project'"] {
        assert_eq!(app.query(&format!("SELECT count(*) FROM {kept}")).await, 2, "{kept}");
    }
    // One by one as before.
    let theirs = project("K1", &json!({"organisation": SIBLING}));
    sibling.post("/v1/projects", &theirs).await.problem(409, "already_exists");
}
