//! From a draft to what the schools see: who may do what, in which state.

use serde_json::{Value, json};

use super::world::{County, words};

#[tokio::test]
async fn a_report_is_assembled_returned_assembled_anew_approved_and_published() {
    let county = County::complete().await;
    let path = county.assemble().await;
    assert_eq!(path, "/v1/reports/annual-2022-1");
    let read = county.finance.get(&path).await;
    let draft = read.expect(200);
    assert_eq!((&draft["state"], &draft["number"], &draft["assembly"]), (&json!("draft"), &json!(1), &json!(1)));
    assert_eq!((&draft["assembled_by"], &draft["findings"]), (&json!("user:finance"), &json!([])));
    assert_eq!((&draft["may"], read.etag()), (&json!(["assemble", "discard"]), "\"1\"".to_owned()));
    assert!(words(&draft).starts_with("在校生145人"), "{}", words(&draft));
    assert_eq!(county.leader.get(&path).await.expect(200)["may"], json!(["approve", "return"]));
    county.finance.post(&format!("{path}/publish"), &json!({})).await.problem(409, "state_forbids");

    let send_back = async |note: Value| county.leader.post(&format!("{path}/return"), &note).await;
    assert_eq!(send_back(json!({})).await.problem(422, "validation_failed"), ["/note missing"]);
    let returned = send_back(json!({"note": "请核对"})).await.expect(200);
    assert_eq!((&returned["state"], &returned["note"]), (&json!("returned"), &json!("请核对")));
    county.approve(&path).await.problem(409, "state_forbids");

    county.change_everything().await;
    let anew = county.finance.post(&format!("{path}/assemble"), &json!({})).await.expect(200);
    assert_eq!((&anew["state"], &anew["assembly"], &anew["note"]), (&json!("draft"), &json!(2), &Value::Null));
    assert!(words(&county.leader.get(&path).await.expect(200)).starts_with("在校生260人"));

    let approved = county.approve(&path).await.expect(200);
    assert_eq!((&approved["state"], &approved["approved_by"]), (&json!("approved"), &json!("user:leader")));
    for action in ["assemble", "approve"] {
        let person = if action == "approve" { &county.leader } else { &county.finance };
        person.post(&format!("{path}/{action}"), &json!({})).await.problem(409, "state_forbids");
    }
    send_back(json!({"note": "x"})).await.problem(409, "state_forbids");
    county.finance.post(&format!("{path}/discard"), &json!({"note": "x"})).await.problem(409, "state_forbids");

    let published = county.finance.post(&format!("{path}/publish"), &json!({})).await.expect(200);
    assert_eq!((&published["state"], &published["published_by"]), (&json!("published"), &json!("user:finance")));
    assert_eq!(published["may"], json!([]));
    assert_eq!(published["sha256"], approved["sha256"]);

    county.app.seal().await;
    let changes = county.leader.get("/v1/changes?after=0&types=report&limit=1000").await.expect(200);
    let changes = changes["items"].as_array().expect("changes");
    assert!(!changes.is_empty() && changes.iter().all(|change| change["key"] == "annual-2022-1"), "{changes:?}");
    let actions =
        county.app.query("SELECT json_agg(action ORDER BY id) FROM journal WHERE subject_type = 'report'").await;
    let wanted = ["assemble", "return", "assemble", "approve", "publish"].map(|action| format!("report.{action}"));
    assert_eq!(actions, json!(wanted));
}

#[tokio::test]
async fn whoever_assembled_it_does_not_decide() {
    let county = County::complete().await;
    let both = county.user("both", "finance_officer,leader").await;
    let path = county.assemble().await;
    // Whoever assembled it last counts.
    both.post(&format!("{path}/assemble"), &json!({})).await.expect(200);
    assert_eq!(both.get(&path).await.expect(200)["may"], json!(["assemble", "discard"]));
    both.post(&format!("{path}/approve"), &json!({})).await.problem(403, "four_eyes");
    both.post(&format!("{path}/return"), &json!({"note": "x"})).await.problem(403, "four_eyes");
    county.finance.post(&format!("{path}/assemble"), &json!({})).await.expect(200);
    both.post(&format!("{path}/approve"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_report_that_is_given_up_stays_and_its_number_is_not_given_again() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let discard = async |note: Value| county.finance.post(&format!("{path}/discard"), &note).await;
    assert_eq!(discard(json!({"note": " "})).await.problem(422, "validation_failed"), ["/note missing"]);
    let given_up = discard(json!({"note": "年度有误"})).await.expect(200);
    assert_eq!((&given_up["state"], &given_up["may"]), (&json!("discarded"), &json!([])));
    county.finance.get(&path).await.expect(200);
    assert_eq!(county.assemble().await, "/v1/reports/annual-2022-2");
    let listed = async |query: &str| {
        let page = county.leader.get(&format!("/v1/reports{query}")).await.expect(200);
        let codes = page["items"].as_array().expect("items").iter().map(|item| item["code"].clone());
        (codes.collect::<Vec<_>>(), page["next"].clone())
    };
    assert_eq!(listed("?state=discarded").await.0, ["annual-2022-1"]);
    assert_eq!(listed("?year=2022&template=annual").await.0, ["annual-2022-1", "annual-2022-2"]);
    assert_eq!(listed("?year=2021").await.0, Vec::<Value>::new());
    let (first, next) = listed("?limit=1").await;
    assert_eq!(first, ["annual-2022-1"]);
    let next = next.as_str().expect("a cursor").to_owned();
    assert_eq!(listed(&format!("?limit=1&cursor={next}")).await, (vec![json!("annual-2022-2")], Value::Null));
    county.leader.get(&format!("/v1/reports?year=2022&cursor={next}")).await.problem(400, "invalid_parameter");
}

#[tokio::test]
async fn what_cannot_be_assembled_is_said() {
    let county = County::complete().await;
    let create = async |body: Value| county.finance.post("/v1/reports", &body).await;
    let unknown = create(json!({"year": 2022, "template": "colour"})).await.problem(422, "validation_failed");
    assert_eq!(unknown, ["/template unknown_reference"]);
    let wrong = create(json!({"year": 1066, "template": "annual"})).await.problem(422, "validation_failed");
    assert_eq!(wrong, ["/year out_of_range"]);
    county.leader.post("/v1/reports", &json!({"year": 2022, "template": "annual"})).await.problem(403, "forbidden");
    county.finance.get("/v1/reports/annual-2022-1").await.problem(404, "not_found");
    county.finance.post("/v1/reports/annual-2022-1/assemble", &json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_version_counts_where_it_is_named_and_a_request_once() {
    let county = County::complete().await;
    let create = async || {
        let body = json!({"year": 2022, "template": "annual"});
        county.finance.with("idempotency-key", "once").post("/v1/reports", &body).await
    };
    let (one, again) = (create().await, create().await);
    assert_eq!(one.expect(201), again.expect(201));
    assert_eq!(county.app.query("SELECT count(*) FROM reports").await, 1);
    let path = "/v1/reports/annual-2022-1";
    county.finance.with("if-none-match", "\"1\"").get(path).await.expect(304);
    let approve = format!("{path}/approve");
    county.leader.with("if-match", "\"9\"").post(&approve, &json!({})).await.problem(412, "precondition_failed");
    let approve = async || {
        let leader = county.leader.with("if-match", "\"1\"").with("idempotency-key", "once");
        leader.post(&approve, &json!({})).await
    };
    let (one, again) = (approve().await, approve().await);
    assert_eq!(one.expect(200), again.expect(200));
    assert_eq!(one.etag(), "\"2\"");
}

#[tokio::test]
async fn of_two_at_once_one_approves() {
    let county = County::complete().await;
    let other = county.user("leader2", "leader").await;
    let path = county.assemble().await;
    let approve = format!("{path}/approve");
    let nothing = json!({});
    let (one, other) = tokio::join!(county.leader.post(&approve, &nothing), other.post(&approve, &nothing));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 409 | 412]), "{statuses:?}");
    assert_eq!(county.app.query("SELECT count(*) FROM journal WHERE action = 'report.approve'").await, 1);
}

#[tokio::test]
async fn many_at_once_get_a_number_each() {
    let county = County::complete().await;
    let body = json!({"year": 2022, "template": "annual"});
    let made = futures_util::future::join_all((0..5).map(|_| county.finance.post("/v1/reports", &body))).await;
    let mut numbers: Vec<i64> =
        made.iter().map(|each| each.expect(201)["number"].as_i64().expect("a number")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}
