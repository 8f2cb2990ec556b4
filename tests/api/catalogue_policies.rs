//! Policies: an edit of the catalogue, checked as a whole.

use serde_json::{Value, json};

use crate::support::TestApp;

const POLICY: &str = "/v1/policies/county_2020";

#[tokio::test]
async fn a_policy_is_read_replaced_and_added_as_part_of_the_catalogue() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let read = admin.get(POLICY).await;
    let mut policy = read.expect(200);
    assert_eq!((read.etag(), &policy["scoring"]["weights"]["output"]), ("\"1\"".to_owned(), &json!(50)));
    assert_eq!(admin.with("if-match", "*").put(POLICY, &policy).await.etag(), "\"1\"", "nothing changes");

    policy["scoring"]["deviation_threshold"] = json!(30);
    admin.put(POLICY, &policy).await.problem(428, "precondition_required");
    admin.with("if-match", "\"9\"").put(POLICY, &policy).await.problem(412, "precondition_failed");
    admin.with("if-match", "*").put(&format!("{POLICY}?dry_run=true"), &policy).await.expect(200);
    assert_eq!(admin.get(POLICY).await.expect(200)["scoring"]["deviation_threshold"], 15);
    assert_eq!(admin.with("if-match", "\"1\"").put(POLICY, &policy).await.etag(), "\"2\"");
    assert_eq!(admin.get(POLICY).await.expect(200), policy);

    policy["code"] = json!("county_2023");
    assert_eq!(
        admin.with("if-match", "*").put(POLICY, &policy).await.problem(422, "validation_failed"),
        ["/code inconsistent"]
    );
    policy["effective_from"] = json!("2023-01-01");
    admin.put("/v1/policies/county_2023", &policy).await.expect(201);
    let codes = |page: Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|each| each["code"].clone()).collect()
    };
    assert_eq!(codes(admin.get("/v1/policies").await.expect(200)), ["county_2020", "county_2023"]);
    assert_eq!(codes(admin.get("/v1/policies?on=2022-12-31").await.expect(200)), ["county_2020"]);
    assert_eq!(codes(admin.get("/v1/policies?on=2019-12-31").await.expect(200)), Vec::<Value>::new());
    admin.get("/v1/policies/nothing").await.problem(404, "not_found");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_policy_is_named_within_it() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let mut policy = admin.get(POLICY).await.expect(200);
    policy["scoring"]["weights"]["output"] = json!(49);
    policy["finance"]["fund"] = json!("nothing");
    policy["assets"]["lives"]["car"] = json!(8);
    assert_eq!(
        admin.put(POLICY, &policy).await.problem(422, "validation_failed"),
        ["/assets/lives/car unknown_reference", "/finance/fund unknown_reference", "/scoring/weights inconsistent"]
    );
    assert_eq!(app.query("SELECT max(version) FROM catalogue_versions").await, 1);
}
