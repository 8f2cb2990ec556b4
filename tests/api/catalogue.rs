//! The catalogue: as one document, as a file, and in parts.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, CATALOGUE, Client, TestApp};

/// The catalogue of the county, as it was installed.
async fn document(client: &Client) -> Value {
    client.get("/v1/catalogue").await.expect(200)
}

async fn put(client: &Client, document: &Value) -> Answer {
    client.with("if-match", "*").put("/v1/catalogue", document).await
}

async fn put_yaml(client: &Client, yaml: &str) -> Answer {
    let body = Some(("application/yaml", yaml.as_bytes().to_vec()));
    client.with("if-match", "*").send_raw(Method::PUT, "/v1/catalogue", body).await
}

fn no_changes() -> Value {
    json!({"added": [], "changed": [], "removed": []})
}

fn codes(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

fn indicator(code: &str) -> Value {
    json!({"code": code, "name": {"zh": "新指标"}, "value_type": "count", "aggregation": "sum", "direction": "neutral"})
}

/// A draft for the schools that `basics` leaves out.
fn form(code: &str) -> Value {
    json!({
        "code": code, "name": {"zh": "新表"}, "section": "finance", "period_type": "year",
        "stages": ["primary"], "principal_signs": false,
        "window": {"opens_on": "start", "due_on": "end", "closes_on": "end+1m"},
        "fields": [{"indicator": "meals", "required": true}]
    })
}

#[tokio::test]
async fn before_the_first_import_it_is_empty() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let answer = admin.get("/v1/catalogue").await;
    assert_eq!(answer.expect(200), json!({"dimensions": [], "indicators": [], "forms": []}));
    assert_eq!(answer.etag(), "\"0\"");
    let first = json!({"indicators": [indicator("meals")]});
    admin.with("if-match", "\"1\"").put("/v1/catalogue", &first).await.problem(412, "precondition_failed");
    let changes = admin.with("if-match", "\"0\"").put("/v1/catalogue", &first).await;
    assert_eq!(changes.expect(200)["version"], 1);
    admin.put("/v1/catalogue", &first).await.problem(428, "precondition_required");
}

#[tokio::test]
async fn a_first_import_needs_no_version() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let body = Some(("application/yaml", CATALOGUE.as_bytes().to_vec()));
    let answer = admin.send_raw(Method::PUT, "/v1/catalogue", body).await;
    let changes = answer.expect(200);
    assert_eq!((answer.etag().as_str(), &changes["changed"]), ("\"1\"", &json!(true)));
    assert_eq!(changes["published"], json!({"basics": 1, "drills": 1}));
    assert_eq!(changes["forms"]["added"], json!(["basics", "drills"]));
}

#[tokio::test]
async fn what_is_exported_is_imported_without_a_change() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let yaml = admin.with("accept", "application/yaml").get("/v1/catalogue").await;
    assert_eq!(yaml.headers["content-type"], "application/yaml");
    let unchanged = json!({"version": 1, "changed": false, "dimensions": no_changes(), "indicators": no_changes(),
        "forms": no_changes(), "drafts": no_changes(), "registers": no_changes(), "policies": no_changes(),
        "report_templates": no_changes(), "published": {},
        "register_versions": {}});
    let by_yaml = put_yaml(&admin, &yaml.text).await;
    assert_eq!(by_yaml.expect(200), unchanged);
    assert_eq!(by_yaml.etag(), yaml.etag());
    assert_eq!(put(&admin, &document(&admin).await).await.expect(200), unchanged);
    assert_eq!(app.query("SELECT json_agg(version) FROM catalogue_versions").await, json!([1]));
    admin.with("accept", "image/png").get("/v1/catalogue").await.problem(406, "not_acceptable");
}

#[tokio::test]
async fn a_form_whose_content_changes_gets_its_next_version() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let mut changed = document(&admin).await;
    changed["forms"][1]["window"]["due_on"] = json!("end+15d");
    changed["indicators"].as_array_mut().unwrap().push(indicator("meals"));
    changed["dimensions"][0]["name"]["zh"] = json!("男女");
    let dry = admin.with("if-match", "*").put("/v1/catalogue?dry_run=true", &changed).await.expect(200);
    assert_eq!(document(&admin).await["forms"][1]["window"]["due_on"], "end+10d", "a dry run leaves no trace");
    let report = put(&admin, &changed).await.expect(200);
    assert_eq!(dry, report);
    let only = |list: &str, code: &str| {
        let mut lists = no_changes();
        lists[list] = json!([code]);
        lists
    };
    assert_eq!(report["version"], 2);
    assert_eq!(report["published"], json!({"drills": 2}));
    assert_eq!(report["forms"], only("changed", "drills"));
    assert_eq!(report["indicators"], only("added", "meals"));
    assert_eq!(report["dimensions"], only("changed", "sex"));
    assert_eq!(admin.get("/v1/forms/basics").await.expect(200)["version"], 1);
    let second = admin.get("/v1/forms/drills").await.expect(200);
    assert_eq!((&second["version"], &second["definition"]["window"]["due_on"]), (&json!(2), &json!("end+15d")));
    let first = admin.get("/v1/forms/drills?version=1").await.expect(200);
    assert_eq!((&first["version"], &first["definition"]["window"]["due_on"]), (&json!(1), &json!("end+10d")));
    assert_eq!(put(&admin, &changed).await.expect(200)["changed"], false);
    let journal = app.query("SELECT json_agg(action || ' ' || subject ORDER BY id) FROM journal WHERE subject_type IN ('catalogue', 'form')");
    assert_eq!(journal.await, json!(["catalogue.change 2", "form.publish drills"]));
}

#[tokio::test]
async fn every_version_can_be_read_again() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let first = document(&admin).await;
    let mut second = first.clone();
    second["indicators"].as_array_mut().unwrap().push(indicator("meals"));
    put(&admin, &second).await.expect(200);
    assert_eq!(admin.get("/v1/catalogue?version=1").await.expect(200), first);
    assert_eq!(admin.get("/v1/catalogue?as_of=2022-01-01T00:00:00Z").await.expect(200), first);
    let now = admin.get("/v1/catalogue?version=2").await;
    assert_eq!((now.expect(200), now.etag()), (second, "\"2\"".to_owned()));
    assert_eq!(admin.get("/v1/catalogue?as_of=2019-01-01T00:00:00Z").await.etag(), "\"0\"");
    admin.get("/v1/catalogue?version=3").await.problem(404, "not_found");
    let both = admin.get("/v1/catalogue?version=1&as_of=2022-01-01T00:00:00Z").await;
    assert_eq!(both.problem(400, "invalid_parameter"), ["?as_of inconsistent"]);
    assert_eq!(admin.with("if-none-match", "\"2\"").get("/v1/catalogue").await.status.as_u16(), 304);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let mut wrong = document(&admin).await;
    wrong["indicators"][0]["colour"] = json!("red");
    wrong["forms"][0]["window"].as_object_mut().unwrap().remove("due_on");
    wrong["forms"][0]["principal_signs"] = json!("yes");
    assert_eq!(
        put(&admin, &wrong).await.problem(422, "validation_failed"),
        ["/forms/0/principal_signs wrong_type", "/forms/0/window/due_on missing", "/indicators/0/colour unknown_field"]
    );
    let mut wrong = document(&admin).await;
    wrong["indicators"][9]["formula"] = json!("boarder / 0");
    wrong["forms"][0]["fields"][1]["indicator"] = json!("nothing");
    wrong["forms"][1]["stages"] = json!([]);
    assert_eq!(
        put(&admin, &wrong).await.problem(422, "validation_failed"),
        [
            "/forms/0/fields/1/indicator unknown_indicator",
            "/forms/0/rules/0/expression expression",
            "/forms/1/stages inconsistent",
            "/indicators/9/formula expression",
            "/indicators/9/formula expression",
        ]
    );
}

#[tokio::test]
async fn the_organisations_that_it_names_exist() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let mut wrong = document(&admin).await;
    wrong["indicators"][0]["section"] = json!("nobody");
    wrong["forms"][0]["section"] = json!("2199000001");
    wrong["forms"][1]["stages"] = json!([]);
    wrong["forms"][1]["schools"] = json!(["2199000001", "2199000009", "teaching"]);
    assert_eq!(
        put(&admin, &wrong).await.problem(422, "validation_failed"),
        [
            "/forms/0/section unknown_reference",
            "/forms/1/schools/1 unknown_school",
            "/forms/1/schools/2 unknown_school",
            "/indicators/0/section unknown_reference",
        ]
    );
}

#[tokio::test]
async fn a_file_is_refused_with_its_lines() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("accept-language", "en");
    let message = |answer: &Answer| answer.json()["violations"][0]["message"].as_str().unwrap().to_owned();
    let misspelt = put_yaml(&admin, &CATALOGUE.replace("period_type: month", "periodtype: month")).await;
    assert_eq!(
        misspelt.problem(422, "validation_failed"),
        ["/forms/1/period_type missing", "/forms/1/periodtype unknown_field"]
    );
    let line = CATALOGUE.lines().position(|line| line.contains("period_type: month")).unwrap() + 1;
    assert!(misspelt.text.contains(&format!("Line {line}, column 17: There is no field")), "{}", misspelt.text);
    let unknown = put_yaml(&admin, &CATALOGUE.replace("{indicator: grant}", "{indicator: grants}")).await;
    let line = CATALOGUE.lines().position(|line| line.contains("{indicator: grant}")).unwrap() + 1;
    assert_eq!(message(&unknown), format!("Line {line}, column 21: There is no indicator “grants”"));
    put_yaml(&admin, "forms: [").await.problem(422, "validation_failed");
    let body = Some(("text/plain", Vec::new()));
    admin.send_raw(Method::PUT, "/v1/catalogue", body).await.problem(415, "unsupported_media_type");
    let body = Some(("application/json", b"{".to_vec()));
    admin.send_raw(Method::PUT, "/v1/catalogue", body).await.problem(400, "malformed_request");
}

/// As a submission would leave it behind.
async fn report_pupils(app: &TestApp) {
    app.execute(
        "INSERT INTO submissions (bureau_id, form, period, school, state, version, content, updated_by, updated_at)
             VALUES (1, 'basics', '2022', '2199000001', 'submitted', 1, '{}', 'user:reporter', now());
         INSERT INTO submission_values (bureau_id, indicator, period, school, dimensions, form, revision, number, text)
             VALUES (1, 'pupils', '2022', '2199000001', '{}', 'basics', 1, 400, NULL),
                    (1, 'pupils_by_sex', '2022', '2199000001', '{\"sex\": \"girls\"}', 'basics', 1, 200, NULL),
                    (1, 'heating', '2022', '2199000001', '{}', 'basics', 1, NULL, 'gas');",
    )
    .await;
}

#[tokio::test]
async fn what_schools_have_reported_keeps_its_meaning() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let whole = document(&admin).await;
    report_pupils(&app).await;
    let mut changed = whole.clone();
    changed["indicators"][0]["value_type"] = json!("quantity");
    changed["indicators"][6]["options"] = json!([{"code": "coal", "name": {"zh": "煤"}}]);
    changed["dimensions"][0]["options"] = json!([{"code": "girls", "name": {"zh": "女"}}]);
    assert_eq!(
        put(&admin, &changed).await.problem(422, "validation_failed"),
        [
            "/dimensions/0/options state_forbids",
            "/indicators/0/value_type state_forbids",
            "/indicators/6/options state_forbids",
        ]
    );
    let mut changed = whole.clone();
    changed["indicators"].as_array_mut().unwrap().remove(1);
    changed["forms"].as_array_mut().unwrap().remove(0);
    assert_eq!(
        put(&admin, &changed).await.problem(422, "validation_failed"),
        ["/forms state_forbids", "/indicators state_forbids"]
    );
    let mut changed = whole.clone();
    changed["forms"][0]["period_type"] = json!("month");
    changed["indicators"][1]["dimensions"] = json!([]);
    changed["forms"][0]["rules"] = json!([]);
    assert_eq!(
        put(&admin, &changed).await.problem(422, "validation_failed"),
        ["/forms/0/period_type state_forbids", "/indicators/1/dimensions state_forbids"]
    );
    let mut allowed = whole;
    allowed["indicators"][0]["aggregation"] = json!("max");
    allowed["indicators"].as_array_mut().unwrap().remove(10);
    allowed["forms"].as_array_mut().unwrap().remove(1);
    let options = allowed["indicators"][6]["options"].as_array_mut().unwrap();
    options.push(json!({"code": "wood", "name": {"zh": "柴"}}));
    let report = put(&admin, &allowed).await.expect(200);
    assert_eq!(report["forms"]["removed"], json!(["drills"]), "what nobody has reported may go");
}

#[tokio::test]
async fn a_form_that_comes_back_continues_its_numbers() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let whole = document(&admin).await;
    let mut without = whole.clone();
    without["forms"].as_array_mut().unwrap().remove(1);
    put(&admin, &without).await.expect(200);
    admin.get("/v1/forms/drills").await.problem(404, "not_found");
    assert_eq!(admin.get("/v1/forms/drills?version=1").await.expect(200)["version"], 1);
    assert_eq!(put(&admin, &whole).await.expect(200)["published"], json!({}), "it is what was published before");
    assert_eq!(admin.get("/v1/forms/drills").await.expect(200)["version"], 1);
    let mut changed = whole;
    changed["forms"][1]["principal_signs"] = json!(true);
    put(&admin, &without).await.expect(200);
    assert_eq!(put(&admin, &changed).await.expect(200)["published"], json!({"drills": 2}));
}

#[tokio::test]
async fn indicators_are_listed_read_and_put() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let first = admin.get("/v1/indicators?limit=2").await.expect(200);
    assert_eq!(codes(&first), ["boarders", "boarding_rate"]);
    let cursor = first["next"].as_str().unwrap();
    let second = admin.get(&format!("/v1/indicators?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(codes(&second), ["drills", "grant"]);
    assert!(codes(&admin.get("/v1/indicators?section=finance").await.expect(200)).is_empty());
    let path = "/v1/indicators/meals";
    admin.get(path).await.problem(404, "not_found");
    let created = admin.put(path, &indicator("meals")).await;
    assert_eq!((created.expect(201), created.etag()), (indicator("meals"), "\"2\"".to_owned()));
    assert_eq!(admin.get(path).await.expect(200), indicator("meals"));
    admin.put(path, &indicator("meals")).await.problem(428, "precondition_required");
    let admin = admin.with("if-match", "\"2\"");
    assert_eq!(admin.put(path, &indicator("meals")).await.etag(), "\"2\"");
    assert_eq!(admin.put(path, &indicator("lunches")).await.problem(422, "validation_failed"), ["/code inconsistent"]);
    let mut changed = indicator("meals");
    changed["unit"] = json!("份");
    changed["weight"] = json!("pupils");
    assert_eq!(admin.put(path, &changed).await.problem(422, "validation_failed"), ["/weight inconsistent"]);
}

#[tokio::test]
async fn what_an_indicator_breaks_elsewhere_is_told_with_its_place() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let mut changed = admin.get("/v1/indicators/pupils").await.expect(200);
    changed["dimensions"] = json!(["sex"]);
    let refused = admin.put("/v1/indicators/pupils", &changed).await;
    assert_eq!(refused.problem(422, "validation_failed")[0], " expression");
    assert!(refused.text.contains("目录 /forms/0/rules/0/expression："), "{}", refused.text);
}

#[tokio::test]
async fn a_form_is_drafted_and_published() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    admin.put("/v1/indicators/meals", &indicator("meals")).await.expect(201);
    let path = "/v1/forms/meals";
    let publish = async |client: &Client| client.send(Method::POST, "/v1/forms/meals/publish", None).await;
    publish(&admin).await.problem(404, "not_found");
    let drafted = admin.put(path, &form("meals")).await;
    let body = drafted.expect(201);
    assert_eq!((&body["state"], &body["version"], &body["has_draft"]), (&json!("draft"), &Value::Null, &json!(true)));
    assert_eq!(admin.get(path).await.expect(200), body, "what was never published is read as its draft");
    assert_eq!(codes(&admin.get("/v1/forms").await.expect(200)), ["basics", "drills", "meals"]);
    assert_eq!(codes(&admin.get("/v1/forms?section=finance").await.expect(200)), ["meals"]);
    admin
        .with("if-match", "\"1\"")
        .send(Method::POST, "/v1/forms/meals/publish", None)
        .await
        .problem(412, "precondition_failed");
    let once = admin.with("idempotency-key", "once");
    let published = publish(&once).await.expect(200);
    assert_eq!((&published["state"], &published["version"]), (&json!("published"), &json!(1)));
    assert_eq!(publish(&once).await.expect(200), published, "sent again it is answered again");
    assert_eq!(admin.get(path).await.expect(200), published);
    let refused = publish(&admin).await;
    refused.problem(409, "state_forbids");
    assert_eq!((&refused.json()["state"], &refused.json()["allowed"]), (&json!("published"), &json!(["put_form"])));
    let mut next = form("meals");
    next["principal_signs"] = json!(true);
    admin.put(path, &next).await.problem(428, "precondition_required");
    admin.with("if-match", "*").put(path, &next).await.expect(201);
    assert_eq!(admin.get(path).await.expect(200)["has_draft"], true);
    assert_eq!(admin.get(&format!("{path}?draft=true")).await.expect(200)["definition"]["principal_signs"], true);
    assert_eq!(admin.get(path).await.expect(200)["definition"]["principal_signs"], false);
    assert_eq!(publish(&admin).await.expect(200)["version"], 2);
    assert_eq!(admin.get(&format!("{path}?version=1")).await.expect(200)["definition"], form("meals"));
    admin.get(&format!("{path}?version=3")).await.problem(404, "not_found");
    admin.get(&format!("{path}?draft=true")).await.problem(404, "not_found");
    assert_eq!(
        admin.get(&format!("{path}?draft=true&version=1")).await.problem(400, "invalid_parameter"),
        ["?draft inconsistent"]
    );
}

#[tokio::test]
async fn a_draft_must_be_well_formed_and_may_be_thrown_away() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    assert_eq!(
        admin.put("/v1/forms/meals", &form("meals")).await.problem(422, "validation_failed"),
        ["/fields/0/indicator unknown_indicator"]
    );
    let mut next = admin.get("/v1/forms/drills").await.expect(200)["definition"].clone();
    next["principal_signs"] = json!(true);
    let admin = admin.with("if-match", "*");
    admin.put("/v1/forms/drills", &next).await.expect(201);
    assert_eq!(admin.delete("/v1/forms/drills/draft").await.expect(204), Value::Null);
    admin.delete("/v1/forms/drills/draft").await.problem(404, "not_found");
    assert_eq!(admin.get("/v1/forms/drills").await.expect(200)["has_draft"], false);
}

#[tokio::test]
async fn a_draft_that_changes_nothing_makes_no_version() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let same = admin.get("/v1/forms/drills").await.expect(200)["definition"].clone();
    admin.put("/v1/forms/drills", &same).await.expect(201);
    let published = admin.send(Method::POST, "/v1/forms/drills/publish", None).await.expect(200);
    assert_eq!((&published["version"], &published["has_draft"]), (&json!(1), &json!(false)));
}

#[tokio::test]
async fn a_draft_that_would_count_a_school_twice_cannot_be_published() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let mut rival = form("rival");
    rival["fields"] = json!([{"indicator": "pupils"}]);
    admin.put("/v1/forms/rival", &rival).await.expect(201);
    let refused = admin.send(Method::POST, "/v1/forms/rival/publish", None).await;
    assert_eq!(refused.problem(422, "validation_failed"), ["/fields/0/indicator inconsistent"]);
    assert_eq!(admin.get("/v1/forms/rival").await.expect(200)["state"], "draft");
}

#[tokio::test]
async fn a_template_has_every_cell() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let template = reporter.get("/v1/forms/basics/template?school=2199000001&period=2022").await.expect(200);
    let cells = template["values"].as_array().unwrap();
    assert_eq!(cells.len(), 10);
    assert_eq!(cells[1], json!({"indicator": "pupils_by_sex", "dimensions": {"sex": "girls"}, "value": null}));
    assert_eq!(cells[2]["dimensions"], json!({"sex": "boys"}));
    let path = "/v1/forms/basics/periods/2022/submissions/2199000001";
    reporter.put(path, &template).await.expect(201);
    for (form, parameters, violation) in [
        ("basics", "school=2199000002", "?school unknown_school"),
        ("basics", "school=teaching", "?school unknown_school"),
        ("basics", "period=2022-06", "?period wrong_period_type"),
        ("basics", "period=June", "?period invalid_period"),
    ] {
        let answer = reporter.get(&format!("/v1/forms/{form}/template?{parameters}")).await;
        assert_eq!(answer.problem(400, "invalid_parameter"), [violation], "{parameters}");
    }
    let admin = app.log_in("admin").await;
    for (form, parameters, violation) in [
        ("drills", "school=3199000001", "?school school_not_in_form"),
        ("basics", "school=2199000003&period=2022", "?school school_not_open"),
    ] {
        let answer = admin.get(&format!("/v1/forms/{form}/template?{parameters}")).await;
        assert_eq!(answer.problem(400, "invalid_parameter"), [violation], "{parameters}");
    }
    admin.get("/v1/forms/nothing/template").await.problem(404, "not_found");
}

#[tokio::test]
async fn of_editors_on_one_version_one_succeeds() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("if-match", "\"1\"");
    let original = document(&admin).await;
    let edits: Vec<_> = (0..8)
        .map(|i| {
            let (admin, mut document) = (admin.clone(), original.clone());
            document["indicators"][0]["unit"] = json!(format!("单位{i}"));
            tokio::spawn(async move { admin.put("/v1/catalogue", &document).await.status.as_u16() })
        })
        .collect();
    let mut statuses = Vec::new();
    for edit in edits {
        statuses.push(edit.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    assert_eq!(app.query("SELECT json_agg(version ORDER BY version) FROM catalogue_versions").await, json!([1, 2]));
}

#[tokio::test]
async fn only_who_may_changes_the_catalogue() {
    let app = TestApp::with_catalogue().await;
    for name in ["reporter", "principal", "officer", "leader", "auditor"] {
        let client = app.log_in(name).await.with("if-match", "*");
        client.get("/v1/catalogue").await.expect(200);
        client.put("/v1/catalogue", &json!({})).await.problem(403, "forbidden");
        client.put("/v1/indicators/meals", &indicator("meals")).await.problem(403, "forbidden");
        client.put("/v1/forms/meals", &form("meals")).await.problem(403, "forbidden");
        client.send(Method::POST, "/v1/forms/drills/publish", None).await.problem(403, "forbidden");
        client.delete("/v1/forms/drills/draft").await.problem(403, "forbidden");
    }
    app.anonymous().get("/v1/catalogue").await.problem(401, "unauthenticated");
    let other = app.log_in("admin@990002").await;
    assert_eq!(other.get("/v1/catalogue").await.etag(), "\"0\"", "another bureau has its own");
}
