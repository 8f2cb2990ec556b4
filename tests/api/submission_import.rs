//! Many submissions in one file.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

const IMPORT: &str = "/v1/submissions/import";

fn line(school: &str, pupils: u32, girls: u32) -> String {
    let boys = pupils.saturating_sub(girls);
    json!({ "form": "basics", "period": "2022", "school": school, "values": [
        { "indicator": "pupils", "value": pupils },
        { "indicator": "pupils_by_sex", "dimensions": { "sex": "girls" }, "value": girls },
        { "indicator": "pupils_by_sex", "dimensions": { "sex": "boys" }, "value": boys },
    ]})
    .to_string()
}

async fn import(client: &Client, query: &str, media_type: &str, file: &str) -> Answer {
    client.send_raw(Method::POST, &format!("{IMPORT}{query}"), Some((media_type, file.as_bytes().to_vec()))).await
}

async fn import_lines(client: &Client, query: &str, lines: &[String]) -> Answer {
    import(client, query, "application/x-ndjson", &lines.join("\n")).await
}

fn counts(report: &Value) -> [u64; 4] {
    let rejected = report["rejected"].as_array().unwrap().len();
    [&report["created"], &report["updated"], &report["unchanged"]]
        .map(|count| count.as_u64().unwrap())
        .into_iter()
        .chain([rejected.try_into().unwrap()])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

/// A machine client of the bureau that may write and sign for every school.
async fn bureau_client(app: &TestApp) -> Client {
    let admin = app.log_in("admin@990001").await;
    let scopes = ["submissions:read", "submissions:write", "submissions:sign", "figures:read"];
    let client = admin.post("/v1/clients", &json!({ "name": "MIS", "organisation": "990001", "scopes": scopes })).await;
    let client = client.expect(201);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client["client"]["client_id"].as_str().unwrap()),
        ("client_secret", client["secret"].as_str().unwrap()),
    ];
    let token = app.anonymous().post_form("/oauth/token", &form).await.expect(200);
    app.anonymous().with_token(token["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let file = [line("2199000001", 100, 40), line("2199000002", 200, 90)];
    assert_eq!(counts(&import_lines(&client, "", &file).await.expect(200)), [2, 0, 0, 0]);
    let versions = app.query("SELECT jsonb_agg(version) FROM submissions").await;
    assert_eq!(counts(&import_lines(&client, "", &file).await.expect(200)), [0, 0, 2, 0]);
    assert_eq!(app.query("SELECT jsonb_agg(version) FROM submissions").await, versions);
    let changed = [line("2199000001", 100, 41), line("2199000002", 200, 90)];
    assert_eq!(counts(&import_lines(&client, "", &changed).await.expect(200)), [0, 1, 1, 0]);
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submission_revisions").await, 0, "they are drafts");
}

#[tokio::test]
async fn submitting_on_import_makes_one_revision() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let file = [line("2199000001", 100, 40), line("2199000002", 200, 90)];
    assert_eq!(counts(&import_lines(&client, "?submit=true", &file).await.expect(200)), [2, 0, 0, 0]);
    assert_eq!(counts(&import_lines(&client, "?submit=true", &file).await.expect(200)), [0, 0, 2, 0]);
    let revisions = app.query("SELECT jsonb_agg(revision) FROM submission_revisions").await;
    assert_eq!(revisions, json!([1, 1]));
    let values =
        app.query("SELECT to_jsonb(trim_scale(sum(number))) FROM submission_values WHERE indicator = 'pupils'").await;
    assert_eq!(values, json!(300));
    let standing = app.query("SELECT to_jsonb(count(*)) FROM submission_standings WHERE basis = 'submitted'").await;
    assert_eq!(standing, 2);
    let journal = app.query("SELECT jsonb_object_agg(action, n) FROM (SELECT action, count(*) AS n FROM journal WHERE subject_type = 'submission' GROUP BY 1) j").await;
    assert_eq!(journal, json!({ "submission.save": 2, "submission.submit": 2 }));
}

#[tokio::test]
async fn an_atomic_import_names_every_fault_and_writes_nothing() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let file = [
        line("2199000001", 100, 40),
        line("2199000002", 200, 90).replace("\"pupils\"", "\"puplis\""),
        line("2199000009", 5, 2),
        line("2199000001", 1, 1),
        "{\"form\":".to_owned(),
        line("2199000002", 200, 90).replace("2022", "2022-06"),
        line("2199000003", 200, 90),
        line("2199000002", 200, 90).replace("basics", "nothing"),
    ];
    let violations = import_lines(&client, "", &file).await.problem(422, "validation_failed");
    assert_eq!(
        violations,
        [
            "/1/values/0/indicator unknown_indicator",
            "/2/school unknown_school",
            "/3 duplicate",
            "/4 wrong_format",
            "/5/period wrong_period_type",
            "/6/school school_not_open",
            "/7/form unknown_form",
        ]
    );
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submissions").await, 0);
}

#[tokio::test]
async fn otherwise_the_rows_without_fault_are_taken() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let file = [line("2199000001", 100, 40), line("2199000002", 200, 90).replace("200", "201")];
    let report = import_lines(&client, "?atomic=false&submit=true", &file).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!(report["rejected"][0]["index"], 1);
    assert_eq!(report["rejected"][0]["line"], 2);
    assert_eq!(report["rejected"][0]["violations"][0]["code"], "rule_violated");
    assert_eq!(app.query("SELECT jsonb_agg(school) FROM submissions").await, json!(["2199000001"]));
}

#[tokio::test]
async fn what_is_submitted_already_may_not_be_changed_by_a_file() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    import_lines(&client, "?submit=true", &[line("2199000001", 100, 40)]).await.expect(200);
    let report = import_lines(&client, "?atomic=false", &[line("2199000001", 100, 41)]).await.expect(200);
    assert_eq!(report["rejected"][0]["violations"][0]["code"], "state_forbids");
}

#[tokio::test]
async fn a_dry_run_answers_completely_and_writes_nothing() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let file = [line("2199000001", 100, 40)];
    assert_eq!(counts(&import_lines(&client, "?dry_run=true", &file).await.expect(200)), [1, 0, 0, 0]);
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submissions").await, 0);
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM journal WHERE subject_type = 'submission'").await, 0);
}

#[tokio::test]
async fn cells_may_stand_in_csv() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let csv = "\u{feff}form,period,school,indicator,sex,value,note\r\n\
               basics,2022,2199000001,pupils,,100,含借读\r\n\
               basics,2022,2199000001,pupils_by_sex,girls,40,\r\n\
               basics,2022,2199000001,pupils_by_sex,boys,60,\r\n\
               basics,2022,2199000001,has_library,,是,\r\n\
               basics,2022,2199000001,grant,,,\r\n\
               basics,2022,2199000001,remark,,00123,\r\n";
    assert_eq!(counts(&import(&client, "?submit=true", "text/csv", csv).await.expect(200)), [1, 0, 0, 0]);
    let submission = client.get("/v1/forms/basics/periods/2022/submissions/2199000001").await.expect(200);
    let values: Vec<&Value> = submission["values"].as_array().unwrap().iter().map(|cell| &cell["value"]).collect();
    assert_eq!(values, [&json!(100), &json!(60), &json!(40), &json!(true), &json!("00123")]);
    assert_eq!(submission["values"][0]["note"], "含借读");
    assert_eq!(counts(&import(&client, "?submit=true", "text/csv", csv).await.expect(200)), [0, 0, 1, 0]);
}

#[tokio::test]
async fn a_number_in_csv_that_is_none_is_named() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let csv = "form,period,school,indicator,value\nbasics,2022,2199000001,pupils,NA\nbasics,2022,2199000001,boarders,\"12,34\"\n";
    let refused = import(&client, "", "text/csv", csv).await;
    let violations = refused.problem(422, "validation_failed");
    assert_eq!(violations, ["/0/values/0/value wrong_type", "/0/values/1/value wrong_type"]);
    let messages: Vec<_> = (0..2).map(|i| refused.json()["violations"][i]["message"].clone()).collect();
    assert_eq!(messages, ["第 2 行：没有数值时请留空，不要填写“-”“无”等", "第 3 行：数字中的逗号或空格位置不正确"]);
    import(&client, "", "text/csv", "a,b\n").await.problem(400, "malformed_request");
    import(&client, "", "text/plain", csv).await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn each_cell_of_a_csv_file_is_named_by_its_own_line() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    for end in ["\n", "\r\n"] {
        let csv = [
            "form,period,school,indicator,sex,value,note",
            "basics,2022,2199000001,pupils,,100,\"两行\n备注\"",
            "basics,2022,2199000001,pupils_by_sex,boys,六十,",
            "basics,2022,2199000001,pupils_by_sex,others,1,",
            "basics,2022,2199000002,pupils,,一百,",
        ];
        let csv = csv.join(end);
        let refused = import(&client, "", "text/csv", &csv).await;
        refused.problem(422, "validation_failed");
        let lines = |violations: &Value| -> Vec<String> {
            let messages = violations.as_array().unwrap().iter().map(|each| each["message"].as_str().unwrap());
            messages.map(|message| message.split('：').next().unwrap().to_owned()).collect()
        };
        assert_eq!(lines(&refused.json()["violations"]), ["第 4 行", "第 5 行", "第 6 行"], "{end:?}");
        let report = import(&client, "?atomic=false", "text/csv", &csv).await.expect(200);
        assert_eq!((&report["rejected"][0]["line"], &report["rejected"][1]["line"]), (&json!(2), &json!(6)));
        assert_eq!(lines(&report["rejected"][0]["violations"]), ["第 4 行", "第 5 行"]);
    }
}

#[tokio::test]
async fn a_nul_in_csv_is_named() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let csv = "form,period,school,indicator,sex,value,note\n\
               basics,2022,2199000001,pupils,,1\0,\n\
               basics,2022,2199000001,pupils_by_sex,gi\0rls,1,a\0b\n\
               ba\0sics,2022,2199000001,pu\0pils,,1,\n\
               basics,2022,2199000002,pupils,,100,\n";
    let violations = import(&client, "", "text/csv", csv).await.problem(422, "validation_failed");
    assert_eq!(
        violations,
        [
            "/0/values/0/value wrong_format",
            "/0/values/1/dimensions/sex wrong_format",
            "/0/values/1/note wrong_format",
            "/1/form wrong_format",
            "/1/values/0/indicator wrong_format",
        ]
    );
    assert_eq!(counts(&import(&client, "?atomic=false", "text/csv", csv).await.expect(200)), [1, 0, 0, 2]);
    import(&client, "", "text/csv", &csv.replace("sex", "s\0ex")).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn csv_comes_in_every_guise() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let text = "form;period;school;indicator;sex;value;note\r\n\
                basics;2022;2199000001;pupils;;\"１,２34\";含借读\r\n\
                basics;2022;2199000001;has_library;;√;\r\n\
                basics;2022;2199000009;pupils;;1;\r\n";
    let gb18030 = encoding_rs::GB18030.encode(text).0.into_owned();
    for (bytes, created) in [(text.as_bytes().to_vec(), 1), (gb18030, 0), (text.replace(';', "\t").into_bytes(), 0)] {
        let body = Some(("text/csv", bytes));
        let report = client.send_raw(Method::POST, "/v1/submissions/import?atomic=false", body).await.expect(200);
        assert_eq!(counts(&report), [created, 0, 1 - created, 1]);
        assert_eq!(report["rejected"][0]["line"], 4, "whatever ends lines");
    }
    let draft = client.get("/v1/forms/basics/periods/2022/submissions/2199000001").await.expect(200);
    assert_eq!((&draft["values"][0]["value"], &draft["values"][0]["note"]), (&json!(1234), &json!("含借读")));
    let body = Some(("text/csv", b"form\xff".to_vec()));
    client.send_raw(Method::POST, "/v1/submissions/import", body).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn a_school_imports_for_itself_only() {
    let app = TestApp::with_catalogue().await;
    let principal = app.log_in("principal@990001").await;
    let file = [line("2199000001", 100, 40), line("2199000002", 200, 90)];
    let violations = import_lines(&principal, "", &file).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/1/school unknown_school"]);
    assert_eq!(counts(&import_lines(&principal, "?submit=true", &file[..1]).await.expect(200)), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_key_is_answered_alike_each_time() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await.with("idempotency-key", "import-1");
    for query in ["", "?atomic=false"] {
        let file = [line("2199000001", 100, 40 + u32::from(!query.is_empty()))];
        let first = import_lines(&client, query, &file).await;
        let second = import_lines(&client, query, &file).await;
        assert_eq!((first.status, &first.text), (second.status, &second.text), "not {:?} again", first.text);
        let other = [line("2199000001", 7, 4)];
        import_lines(&client, query, &other).await.problem(422, "idempotency_key_reused");
    }
}

#[tokio::test]
async fn a_large_file_is_taken_in_batches() {
    let app = TestApp::with_catalogue().await;
    let client = bureau_client(&app).await;
    let months = (1..=12).flat_map(|month| (2000..2045).map(move |year| format!("{year}-{month:02}")));
    let file: Vec<String> = months
        .flat_map(|period| ["2199000001", "2199000002"].map(|school| {
            json!({ "form": "drills", "period": period, "school": school, "values": [{ "indicator": "drills", "value": 1 }] })
                .to_string()
        }))
        .collect();
    assert!(file.len() > 1_000);
    // The window of most of these months is closed, so only the shape of the answer matters here.
    let report = import_lines(&client, "?atomic=false", &file).await.expect(200);
    assert_eq!(counts(&report).iter().sum::<u64>(), u64::try_from(file.len()).unwrap());
}
