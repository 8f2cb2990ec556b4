//! Records imported and exported as files.

use reqwest::Method;
use serde_json::{Value, json};

use super::{award, enter, records};
use crate::support::{Answer, Client, SCHOOL, SIBLING, TestApp};

async fn import(client: &Client, query: &str, (media_type, file): (&str, &str)) -> Answer {
    let path = format!("{}/import{query}", records("awards"));
    client.send_raw(Method::POST, &path, Some((media_type, file.as_bytes().to_vec()))).await
}

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

fn counts(report: &Value) -> [u64; 3] {
    ["created", "updated", "unchanged"].map(|name| report[name].as_u64().unwrap())
}

#[tokio::test]
async fn a_table_enters_changes_and_moves_records() {
    let app = TestApp::with_catalogue().await;
    let (officer, reporter) = (app.log_in("officer").await, app.log_in("reporter").await);
    enter(&reporter, "a", &json!({"prize": 1, "given_on": "2022-01-01"})).await;
    let file = format!(
        "\u{feff}code,school,state,title,level,prize,abroad\n\
         a,{SCHOOL},confirmed,合唱,city,,是\n\
         b,{SIBLING},,象棋,county,12.5,\n"
    );
    let dry = import(&officer, "?dry_run=true", (CSV, &file)).await.expect(200);
    assert_eq!(counts(&dry), [1, 1, 0]);
    assert_eq!(app.query("SELECT count(*) FROM register_revisions").await, 1);
    assert_eq!(counts(&import(&officer, "", (CSV, &file)).await.expect(200)), [1, 1, 0]);
    assert_eq!(counts(&import(&officer, "", (CSV, &file)).await.expect(200)), [0, 0, 2]);
    let moved = officer.get(&format!("{}/a", records("awards"))).await.expect(200);
    assert_eq!(
        (&moved["state"], &moved["action"], &moved["revision"]),
        (&json!("confirmed"), &json!("confirm"), &json!(2))
    );
    assert_eq!(moved["fields"], json!({"title": "合唱", "level": "city", "abroad": true, "given_on": "2022-01-01"}));
    let entries = app.query("SELECT json_agg(action ORDER BY id) FROM journal WHERE subject_type = 'record'").await;
    assert_eq!(entries, json!(["record.create", "record.move", "record.create"]));
}

#[tokio::test]
async fn each_row_that_is_refused_is_named_with_all_that_is_wrong() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    enter(&officer, "old", &json!({})).await;
    let row = |code: &str, more: Value| {
        let mut row = json!({"code": code, "school": SCHOOL, "fields": {"title": "合唱", "level": "city"}});
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        row.to_string()
    };
    let rows = [
        row("a", json!({"fields": {"title": "合唱", "level": "moon", "certificate": "x"}})),
        row("b", json!({"fields": {"title": "合唱", "level": "city", "certificate": "AB123"}})),
        row("c", json!({"fields": {"title": "合唱", "level": "city", "certificate": "AB123"}})),
        row("b", json!({})),
        row("d", json!({"school": "9999999999"})),
        row("old", json!({"state": "confirmed"})),
        row("old2", json!({"colour": "red"})),
        "{".to_owned(),
        row("e", json!({})),
    ];
    let file = rows.join("\n");
    let report = import(&officer, "?atomic=false", (NDJSON, &file)).await.expect(200);
    assert_eq!(counts(&report), [2, 0, 0]);
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
            "0/1 /fields/certificate wrong_format",
            "0/1 /fields/level not_allowed",
            "2/3 /fields/certificate duplicate",
            "3/4 /code duplicate",
            "4/5 /school unknown_school",
            // Whoever entered it cannot confirm it.
            "5/6 /state state_forbids",
            "6/7 /colour unknown_field",
            "7/8  wrong_format",
        ]
    );
    let atomic = import(&officer, "", (NDJSON, &rows[..1].join("\n"))).await;
    assert_eq!(
        atomic.problem(422, "validation_failed"),
        ["/0/fields/certificate wrong_format", "/0/fields/level not_allowed"]
    );
    import(&officer, "", (CSV, "code,colour\na,red\n")).await.problem(400, "malformed_request");
    import(&officer, "", ("text/plain", "")).await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn of_many_records_those_are_refused_whose_value_another_has() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    enter(&officer, "there", &json!({"certificate": "AB005"})).await;
    let row = |code: &str, certificate: &str| format!("{code},{SCHOOL},合唱,city,{certificate}\n");
    let head = "code,school,title,level,certificate\n";
    let many: String = (0..30).map(|n| row(&format!("r{n}"), &format!("AB{n:03}"))).collect::<Vec<_>>().concat();
    let report = import(&officer, "?atomic=false", (CSV, &[head, &many].concat())).await.expect(200);
    assert_eq!(counts(&report), [29, 0, 0]);
    let refused = &report["rejected"][0];
    assert_eq!((&refused["index"], &refused["violations"][0]["code"]), (&json!(5), &json!("duplicate")));
    // What the file itself gives up is free.
    let moved = [head, &many.replace("AB005", "AB805"), &row("there", "AB905"), &row("r5", "AB005")].concat();
    let moved = moved.replace(&row("r5", "AB805"), "");
    assert_eq!(counts(&import(&officer, "", (CSV, &moved)).await.expect(200)), [1, 1, 29]);
}

#[tokio::test]
async fn a_school_imports_its_own_and_no_other() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let file = format!("code,school,title,level\na,{SCHOOL},合唱,city\nb,{SIBLING},象棋,city\n");
    let report = import(&reporter, "?atomic=false", (CSV, &file)).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0]);
    assert_eq!(report["rejected"][0]["violations"][0]["code"], "not_allowed");
}

#[tokio::test]
async fn of_a_file_only_the_row_is_refused_whose_code_another_school_has_and_what_refers_to_it() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let mut definition = admin.get("/v1/registers/awards").await.expect(200)["definition"].clone();
    let follows = json!({"code": "follows", "name": {"zh": "承接"}, "type": "record", "register": "awards"});
    definition["fields"].as_array_mut().unwrap().push(follows);
    admin.put("/v1/registers/awards", &definition).await.expect(200);
    enter(&app.log_in("reporter").await, "K1", &json!({})).await;
    let sibling = app.log_in("reporter2").await;
    let row = |code: &str, fields: Value| {
        let mut row = award(code, &fields);
        row["school"] = json!(SIBLING);
        row.to_string()
    };
    let file = [row("free", json!({})), row("K1", json!({}))].join("\n");
    let refused = import(&sibling, "", (NDJSON, &file)).await;
    assert_eq!(refused.problem(422, "validation_failed"), ["/1/code duplicate"]);
    assert_eq!(app.query("SELECT count(*) FROM register_revisions").await, 1);
    let violation = json!({"pointer": "/code", "code": "duplicate", "message": "编码“K1”已被使用"});
    let rejected = json!([{"index": 1, "line": 2, "violations": [violation]}]);
    let report = import(&sibling, "?atomic=false", (NDJSON, &file)).await.expect(200);
    assert_eq!(report, json!({"created": 1, "updated": 0, "unchanged": 0, "rejected": rejected}));
    for kept in ["register_revisions", "journal WHERE subject_type = 'record'"] {
        assert_eq!(app.query(&format!("SELECT count(*) FROM {kept}")).await, 2, "{kept}");
    }
    // Rows may refer to each other, but not to one that is refused.
    let file = [row("next", json!({"follows": "K1"})), row("K1", json!({})), row("last", json!({"follows": "free"}))];
    assert_eq!(
        import(&sibling, "", (NDJSON, &file.join("\n"))).await.problem(422, "validation_failed"),
        ["/0/fields/follows unknown_reference", "/1/code duplicate"]
    );
    // In another register the code stands for something else.
    let series = json!({"code": "S1", "school": SCHOOL, "fields": {"title": "联赛"}});
    app.log_in("officer").await.post(&records("series"), &series).await.expect(201);
    let report = import(&sibling, "", (NDJSON, &row("S1", json!({})))).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0]);
}

#[tokio::test]
async fn what_is_exported_can_be_imported_again() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    for (code, title) in [("a", "=1+1"), ("b", "合唱，\"甲\""), ("c", "-x")] {
        enter(&officer, code, &json!({"title": title, "prize": 1.5, "abroad": false})).await;
    }
    for media_type in [CSV, NDJSON] {
        let file = officer.with("accept", media_type).get(&records("awards")).await;
        assert_eq!(file.status, 200);
        assert_eq!(file.headers["content-type"], format!("{media_type}; charset=utf-8"));
        assert!(!file.text.contains(",=1+1"), "{}", file.text);
        assert_eq!(
            counts(&import(&officer, "", (media_type, &file.text)).await.expect(200)),
            [0, 0, 3],
            "{}",
            file.text
        );
    }
    let some = officer.with("accept", CSV).get(&format!("{}?sort=-code&where=title:-x", records("awards"))).await;
    assert_eq!(some.text.lines().count(), 2);
    officer.with("accept", "image/png").get(&records("awards")).await.problem(406, "not_acceptable");
}

#[tokio::test]
async fn a_large_register_is_exported_whole() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    let rows = (0..2_500).map(|i| format!("r{i:04},{SCHOOL},第{i}次,city\n"));
    let file = rows.fold("code,school,title,level\n".to_owned(), |file, row| file + &row);
    assert_eq!(counts(&import(&officer, "", (CSV, &file)).await.expect(200)), [2_500, 0, 0]);
    let exported = officer.with("accept", NDJSON).get(&records("awards")).await.text;
    let codes: Vec<String> = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 2_500);
    assert!(codes.is_sorted());
}
