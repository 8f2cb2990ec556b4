//! Organisations: their versions, the rules among them, and their import.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const EXAMPLE: &str = include_str!("../../examples/shenze-2022/organisations.csv");
const HEADER: &str = "code,name,kind,stage,township,parent,opened_on,closed_on\n";

fn school(name: &str) -> Value {
    json!({"name": name, "kind": "school", "stage": "primary", "township": "东乡", "parent": "990001"})
}

async fn import(client: &Client, parameters: &str, csv: &str) -> Answer {
    let path = format!("/v1/organisations/import{parameters}");
    client.send_raw(Method::POST, &path, Some(("text/csv; charset=utf-8", csv.as_bytes().to_vec()))).await
}

fn codes(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_organisation_is_created_read_replaced_and_changed() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let path = "/v1/organisations/2199000007";
    let created = admin.put(path, &school("第七小学")).await;
    assert_eq!(created.expect(201)["version"], 1);
    assert_eq!(created.headers["location"], path);
    let read = admin.get(path).await;
    assert_eq!(read.expect(200), created.json());
    assert_eq!(read.etag(), created.etag());
    let replaced = admin.with("if-match", &read.etag()).put(path, &school("第七完全小学")).await;
    assert_eq!(replaced.expect(200)["version"], 2);
    let patched = admin.with("if-match", "*").patch(path, &json!({"closed_on": "2023-08-31", "township": null})).await;
    let body = patched.expect(200);
    assert_eq!((&body["closed_on"], &body["township"]), (&json!("2023-08-31"), &Value::Null));
    assert_eq!((&body["name"], &body["version"]), (&json!("第七完全小学"), &json!(3)));
    let actions = app
        .query("SELECT json_agg(action ORDER BY id) FROM journal WHERE subject = '2199000007' AND school = subject")
        .await;
    assert_eq!(actions, json!(["organisation.create", "organisation.update", "organisation.update"]));
}

#[tokio::test]
async fn identical_content_makes_no_version() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let path = "/v1/organisations/2199000001";
    let content = json!({"code": "2199000001", "name": "第一小学", "kind": "school", "stage": "primary",
        "township": "东乡", "parent": "990001", "opened_on": "2000-09-01"});
    assert_eq!(admin.put(path, &content).await.expect(200)["version"], 1);
    assert_eq!(admin.patch(path, &json!({"name": "第一小学"})).await.expect(200)["version"], 1);
    assert_eq!(
        app.query("SELECT json_agg(action) FROM journal WHERE subject_type = 'organisation'").await,
        Value::Null
    );
}

#[tokio::test]
async fn a_write_is_conditional() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let path = "/v1/organisations/2199000001";
    admin.put(path, &school("甲")).await.problem(428, "precondition_required");
    admin.patch(path, &json!({"name": "甲"})).await.problem(428, "precondition_required");
    admin.with("if-match", "\"7\"").put(path, &school("甲")).await.problem(412, "precondition_failed");
    admin.with("if-none-match", "*").put(path, &school("甲")).await.problem(412, "precondition_failed");
    admin
        .with("if-match", "*")
        .put("/v1/organisations/2199000008", &school("甲"))
        .await
        .problem(412, "precondition_failed");
    admin.with("if-match", "*").patch("/v1/organisations/2199000008", &json!({})).await.problem(404, "not_found");
    let fresh = admin.with("if-none-match", "\"1\"").get(path).await;
    assert_eq!(fresh.status.as_u16(), 304);
}

#[tokio::test]
async fn of_writers_on_one_version_one_succeeds() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await.with("if-match", "\"1\"");
    let writes = (0..8).map(|i| {
        let admin = admin.clone();
        tokio::spawn(async move {
            admin.patch("/v1/organisations/2199000001", &json!({"name": format!("名称{i}")})).await
        })
    });
    let mut statuses = Vec::new();
    for write in writes.collect::<Vec<_>>() {
        statuses.push(write.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    let versions =
        app.query("SELECT json_agg(version ORDER BY version) FROM organisation_versions WHERE code = '2199000001'");
    assert_eq!(versions.await, json!([1, 2]));
}

#[tokio::test]
async fn all_violations_are_named_at_once() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let path = "/v1/organisations/2199000001";
    let wrong = json!({"code": "2199000002", "name": "", "kind": "shop", "opened": "2000-09-01"});
    assert_eq!(
        admin.put(path, &wrong).await.problem(422, "validation_failed"),
        ["/kind not_allowed", "/name wrong_length", "/opened unknown_field"]
    );
    let inconsistent = json!({"name": "甲", "kind": "school", "stage": "nine_year", "parent": "nobody",
        "opened_on": "2000-09-01", "closed_on": "2000-09-01"});
    assert_eq!(
        admin.put(path, &inconsistent).await.problem(422, "validation_failed"),
        ["/closed_on inconsistent", "/parent unknown_reference", "/stage inconsistent"]
    );
    let other_code = json!({"code": "2199000002", "name": "甲", "kind": "school", "stage": "primary"});
    assert_eq!(admin.put(path, &other_code).await.problem(422, "validation_failed"), ["/code inconsistent"]);
    let other_kind = json!({"name": "甲", "kind": "section"});
    assert_eq!(admin.put(path, &other_kind).await.problem(422, "validation_failed"), ["/kind state_forbids"]);
    let nul = json!({"name": "甲\u{0}", "kind": "school", "stage": "primary"});
    assert_eq!(admin.put(path, &nul).await.problem(422, "validation_failed"), ["/name wrong_format"]);
    assert_eq!(
        admin.patch(path, &json!({"name": null, "kind": "section"})).await.problem(422, "validation_failed"),
        ["/kind unknown_field", "/name wrong_type"]
    );
}

#[tokio::test]
async fn nothing_that_was_known_is_lost() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let path = "/v1/organisations/2199000001";
    let changed = admin.with("if-match", "*").patch(path, &json!({"name": "新名"})).await.expect(200);
    let past = admin.get(&format!("{path}?as_of=2022-01-01T00:00:00Z")).await;
    assert_eq!((&past.expect(200)["name"], past.etag().as_str()), (&json!("第一小学"), "\"1\""));
    let since = changed["recorded_at"].as_str().unwrap();
    assert_eq!(admin.get(&format!("{path}?as_of={since}")).await.expect(200)["name"], "新名");
    admin.get(&format!("{path}?as_of=2019-01-01T00:00:00Z")).await.problem(404, "not_found");
    assert_eq!(
        admin.get(&format!("{path}?as_of=yesterday")).await.problem(400, "invalid_parameter"),
        ["?as_of wrong_format"]
    );
}

#[tokio::test]
async fn a_dry_run_answers_and_leaves_no_trace() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    assert_eq!(admin.put("/v1/organisations/2199000007?dry_run=true", &school("甲")).await.expect(201)["version"], 1);
    admin.get("/v1/organisations/2199000007").await.problem(404, "not_found");
    let report = import(&admin, "?dry_run=true", &format!("{HEADER}x,甲,section,,,,,\n")).await.expect(200);
    assert_eq!(report, json!({"created": 1, "updated": 0, "unchanged": 0, "rejected": []}));
    admin.get("/v1/organisations/x").await.problem(404, "not_found");
    assert_eq!(
        app.query("SELECT json_agg(action) FROM journal WHERE subject_type = 'organisation'").await,
        Value::Null
    );
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let list = async |parameters: &str| admin.get(&format!("/v1/organisations?{parameters}")).await.expect(200);
    assert_eq!(codes(&list("kind=section").await), ["finance", "teaching"]);
    assert_eq!(codes(&list("stage=junior_secondary").await), ["3199000001"]);
    assert_eq!(codes(&list("township=%E8%A5%BF%E4%B9%A1").await), ["2199000002", "2199000003"]);
    assert_eq!(codes(&list("kind=school&open_on=2021-08-30").await), ["2199000001", "2199000002", "2199000003"]);
    assert_eq!(codes(&list("kind=school&open_on=2021-08-31").await), ["2199000001", "2199000002"]);
    let first = list("kind=school&limit=3").await;
    assert_eq!(codes(&first), ["2199000001", "2199000002", "2199000003"]);
    let cursor = first["next"].as_str().unwrap();
    let second = list(&format!("kind=school&limit=3&cursor={cursor}")).await;
    assert_eq!(codes(&second), ["3199000001"]);
    assert_eq!(second["next"], Value::Null);
    let refused = |parameters: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("/v1/organisations?{parameters}")).await.problem(400, "invalid_parameter") }
    };
    assert_eq!(refused(format!("cursor={cursor}")).await, ["?cursor wrong_format"]);
    assert_eq!(refused("limit=0".to_owned()).await, ["?limit out_of_range"]);
    assert_eq!(refused("colour=red".to_owned()).await, ["?colour unknown_field"]);
    assert_eq!(refused("kind=shop".to_owned()).await, ["?kind wrong_format"]);
}

#[tokio::test]
async fn a_school_sees_itself_and_what_is_the_bureaus() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    assert_eq!(
        codes(&reporter.get("/v1/organisations").await.expect(200)),
        ["2199000001", "990001", "finance", "teaching"]
    );
    reporter.get("/v1/organisations/2199000001").await.expect(200);
    reporter.get("/v1/organisations/2199000002").await.problem(404, "not_found");
    reporter.get("/v1/organisations/2199000009").await.problem(404, "not_found");
    reporter.put("/v1/organisations/2199000001", &school("甲")).await.problem(403, "forbidden");
    import(&reporter, "", HEADER).await.problem(403, "forbidden");
    app.anonymous().get("/v1/organisations").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn bureaus_know_nothing_of_each_other() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    admin.get("/v1/organisations/2199000009").await.problem(404, "not_found");
    assert_eq!(
        admin.put("/v1/organisations/2199000009", &school("甲")).await.expect(201)["version"],
        1,
        "a code of another bureau is free here"
    );
    let names =
        app.query("SELECT json_agg(name ORDER BY bureau_id) FROM organisation_versions WHERE code = '2199000009'");
    assert_eq!(names.await, json!(["甲", "邻县小学"]));
}

#[tokio::test]
async fn the_example_county_is_imported_and_the_second_time_unchanged() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let file =
        EXAMPLE.replace("130128,深泽县教育局,bureau,,,,2000-09-01,", "990001,测试一县教育局,bureau,,,,2000-09-01,");
    let file = file.replace(",130128,", ",990001,");
    let rows = EXAMPLE.lines().count() - 1;
    let report = import(&admin, "", &file).await.expect(200);
    assert_eq!(report, json!({"created": rows - 1, "updated": 1, "unchanged": 0, "rejected": []}));
    let again = import(&admin, "", &format!("\u{feff}{file}")).await.expect(200);
    assert_eq!(again, json!({"created": 0, "updated": 0, "unchanged": rows, "rejected": []}));
    let entries = app.query("SELECT to_json(count(*)) FROM journal WHERE subject_type = 'organisation'").await;
    assert_eq!(entries, json!(rows));
}

#[tokio::test]
async fn an_atomic_import_refuses_the_file_and_names_every_row() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let file =
        format!("{HEADER}good,甲,section,,,990001,,\nbad,乙,section,primary,,nobody,,\n2199000001,丙,section,,,,,\n");
    let refused = import(&admin, "", &file).await;
    assert_eq!(
        refused.problem(422, "validation_failed"),
        ["/1/parent unknown_reference", "/1/stage inconsistent", "/2/kind state_forbids"]
    );
    let told: Vec<Value> =
        refused.json()["violations"].as_array().unwrap().iter().map(|each| each["message"].clone()).collect();
    assert!(told[0].as_str().unwrap().starts_with("第 3 行："), "{told:?}");
    admin.get("/v1/organisations/good").await.problem(404, "not_found");
}

#[tokio::test]
async fn an_import_by_row_enters_the_good_ones() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let file = "{\"code\":\"below\",\"name\":\"甲\",\"kind\":\"section\",\"parent\":\"bad\"}\n\
                {\"code\":\"bad\",\"name\":\"乙\",\"kind\":\"section\",\"stage\":\"primary\"}\n\n\
                {\"code\":\"good\",\"name\":\"丙\",\"kind\":\"section\"}\n\
                {\"code\":\"teaching\",\"name\":\"教学科\",\"kind\":\"section\",\"parent\":\"990001\"}\n";
    let body = Some(("application/x-ndjson", file.as_bytes().to_vec()));
    let report = admin.send_raw(Method::POST, "/v1/organisations/import?atomic=false", body).await.expect(200);
    assert_eq!((&report["created"], &report["updated"], &report["unchanged"]), (&json!(1), &json!(0), &json!(1)));
    let rejected: Vec<_> = report["rejected"].as_array().unwrap().iter().collect();
    assert_eq!((&rejected[0]["index"], &rejected[0]["line"]), (&json!(0), &json!(1)));
    assert_eq!((&rejected[1]["index"], &rejected[1]["line"]), (&json!(1), &json!(2)));
    assert_eq!(rejected[1]["violations"][0]["pointer"], "/stage");
    admin.get("/v1/organisations/good").await.expect(200);
    admin.get("/v1/organisations/below").await.problem(404, "not_found");
}

#[tokio::test]
async fn an_import_with_a_key_has_one_effect() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await.with("idempotency-key", "one");
    let file = format!("{HEADER}x,甲,section,,,990001,,\n");
    let first = import(&admin, "", &file).await.expect(200);
    assert_eq!(first["created"], 1);
    assert_eq!(import(&admin, "", &file).await.expect(200), first);
    import(&admin, "", HEADER).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn what_is_no_file_of_organisations_is_refused() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    import(&admin, "", "code|name\n").await.problem(400, "malformed_request");
    admin.post("/v1/organisations/import", &json!([])).await.problem(415, "unsupported_media_type");
    let endless = "x".repeat(8 * 1024 * 1024 + 1);
    import(&admin, "", &endless).await.problem(413, "payload_too_large");
    assert_eq!(
        import(&admin, "?atomic=perhaps", HEADER).await.problem(400, "invalid_parameter"),
        ["?atomic wrong_format"]
    );
}

#[tokio::test]
async fn twenty_thousand_rows_are_entered_at_once() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let row = |i| format!("21{i:08},学校{i},school,primary,东乡,990001,2000-09-01,");
    let rows: Vec<String> = (0..20_000).map(row).collect();
    let file = format!("{HEADER}{}\n", rows.join("\n"));
    assert_eq!(import(&admin, "", &file).await.expect(200)["created"], 20_000);
    assert_eq!(import(&admin, "", &file).await.expect(200)["unchanged"], 20_000);
}
