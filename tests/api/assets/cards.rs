//! Cards entered, read, changed, listed, imported and exported.

use serde_json::{Value, json};

use super::{ASSETS, computer, enter, import, read};
use crate::support::{SCHOOL, SIBLING, TestApp};

#[tokio::test]
async fn a_card_is_entered_and_read_with_its_books() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let reporter = app.log_in("reporter").await;
    let answer = reporter.post(ASSETS, &computer("pc-1", &json!(4800.10), "2022-03-15")).await;
    let created = answer.expect(201);
    assert_eq!(answer.headers["location"], "/v1/assets/pc-1");
    assert_eq!(answer.etag(), "\"1\"");
    assert_eq!(created["value"].to_string(), "4800.1");
    assert_eq!(
        (&created["state"], &created["action"], &created["recorded_by"], &created["may"]),
        (&json!("in_use"), &json!("create"), &json!("user:reporter"), &json!(["update", "dispose"]))
    );
    // 4800.10 ÷ 72 months = 66.668…; ten months from March on.
    let book = &created["book"];
    assert_eq!(
        (&book["on"], &book["policy"], &book["held"], &book["life"], &book["months"]),
        (&json!("2022-12-31"), &json!("county_2020"), &json!(true), &json!(6), &json!(10))
    );
    let books = |book: &Value| {
        ["monthly_depreciation", "accumulated_depreciation", "net_value"].map(|field| book[field].to_string())
    };
    assert_eq!(books(book), ["66.67", "666.68", "4133.42"]);
    for (on, expected) in [
        ("2022-03-01", ["66.67", "66.67", "4733.43"]),
        ("2022-02-28", ["0", "0", "4800.1"]),
        ("2028-02-29", ["66.67", "4800.1", "0"]),
        ("2028-03-01", ["0", "4800.1", "0"]),
    ] {
        let card = reporter.get(&format!("{ASSETS}/pc-1?on={on}")).await.expect(200);
        assert_eq!(books(&card["book"]), expected, "{on}");
    }
    reporter.get(&format!("{ASSETS}/pc-1?on=2019-12-31")).await.problem(409, "state_forbids");
    reporter.post(ASSETS, &computer("pc-1", &json!(1), "2022-03-15")).await.problem(409, "already_exists");
    // Of others, neither the card nor that its code is taken by whom is told.
    let sibling = app.log_in("reporter2").await;
    sibling.get(&format!("{ASSETS}/pc-1")).await.problem(404, "not_found");
    let mut theirs = computer("pc-1", &json!(1), "2022-03-15");
    theirs["organisation"] = json!(SIBLING);
    sibling.post(ASSETS, &theirs).await.problem(409, "already_exists");
    // Books are not depreciated.
    let mut book = computer("book-1", &json!(30), "2022-01-01");
    book["category"] = json!("book");
    let created = enter(&reporter, &book).await;
    assert_eq!((&created["book"]["life"], books(&created["book"])), (&Value::Null, ["0", "0", "30"].map(String::from)));
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_and_nothing_is_written() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let wrong = json!({"code": "-", "organisation": SCHOOL, "name": "", "category": "computer", "value": "1",
        "acquired_on": "2022-03-01", "state": "in_disposal", "colour": "red"});
    assert_eq!(
        reporter.post(ASSETS, &wrong).await.problem(422, "validation_failed"),
        [
            "/code wrong_format",
            "/colour unknown_field",
            "/name wrong_length",
            "/state not_allowed",
            "/value wrong_type",
        ]
    );
    let wrong = json!({"code": "report", "organisation": SCHOOL, "name": "x", "category": "moon", "value": 0.001,
        "acquired_on": "2999-01-01"});
    assert_eq!(
        reporter.post(ASSETS, &wrong).await.problem(422, "validation_failed"),
        ["/code not_allowed", "/value too_many_digits"]
    );
    let wrong = json!({"code": "x", "organisation": "nowhere", "name": "x", "category": "moon", "value": 1,
        "acquired_on": "2999-01-01"});
    assert_eq!(
        reporter.post(ASSETS, &wrong).await.problem(422, "validation_failed"),
        ["/acquired_on out_of_range", "/category not_allowed", "/organisation unknown_reference"]
    );
    let mut negative = computer("x", &json!(-0.01), "1899-12-31");
    assert_eq!(reporter.post(ASSETS, &negative).await.problem(422, "validation_failed"), ["/value out_of_range"]);
    negative["value"] = json!(1);
    assert_eq!(reporter.post(ASSETS, &negative).await.problem(422, "validation_failed"), ["/acquired_on out_of_range"]);
    assert_eq!(app.query("SELECT count(*) FROM asset_revisions").await, 0);
}

#[tokio::test]
async fn without_a_policy_there_are_no_assets() {
    let app = TestApp::with_catalogue_of("{}").await;
    let reporter = app.log_in("reporter").await;
    reporter.post(ASSETS, &computer("pc-1", &json!(1), "2022-03-15")).await.problem(409, "state_forbids");
    reporter.get(&format!("{ASSETS}/report?year=2022")).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn whoever_keeps_a_card_changes_it_and_nobody_else() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    enter(&reporter, &computer("pc-1", &json!(4800), "2022-03-15")).await;
    enter(&finance, &computer("pc-2", &json!(4800), "2022-03-15")).await;
    let path = format!("{ASSETS}/pc-1");
    let moved = json!({"place": "图书室", "user_name": null, "state": "lent"});
    reporter.patch(&path, &moved).await.problem(428, "precondition_required");
    reporter.with("if-match", "\"7\"").patch(&path, &moved).await.problem(412, "precondition_failed");
    let changed = reporter.with("if-match", "\"1\"").patch(&path, &moved).await.expect(200);
    assert_eq!(
        (&changed["place"], &changed["state"], &changed["revision"]),
        (&json!("图书室"), &json!("lent"), &json!(2))
    );
    // The same again changes nothing.
    let again = reporter.with("if-match", "*").patch(&path, &moved).await.expect(200);
    assert_eq!(again["revision"], 2);

    // What the books rest on is corrected with a reason, and backwards.
    let correction = json!({"value": 7200, "category": "furniture", "acquired_on": "2022-01-01"});
    let finance = finance.with("if-match", "*");
    assert_eq!(finance.patch(&path, &correction).await.problem(422, "validation_failed"), ["/note missing"]);
    let mut explained = correction.clone();
    explained["note"] = json!("按发票更正");
    let corrected = finance.patch(&path, &explained).await.expect(200);
    assert_eq!((&corrected["value"], &corrected["note"]), (&json!(7200), &json!("按发票更正")));
    assert_eq!(read(&reporter, "pc-1").await["book"]["life"], 15);

    let revisions = reporter.get(&format!("{path}/revisions?limit=2")).await.expect(200);
    let told = |revision: &Value| (revision["revision"].clone(), revision["value"].to_string());
    let first: Vec<_> = revisions["items"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(first, [(json!(1), "4800".to_owned()), (json!(2), "4800".to_owned())]);
    let next = revisions["next"].as_str().unwrap();
    let rest = reporter.get(&format!("{path}/revisions?limit=2&cursor={next}")).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    reporter.get(&format!("{ASSETS}/nothing/revisions")).await.problem(404, "not_found");

    let officer = app.log_in("officer").await.with("if-match", "*");
    officer.patch(&path, &moved).await.problem(403, "forbidden");
    officer.post(ASSETS, &computer("pc-3", &json!(1), "2022-03-15")).await.problem(403, "forbidden");
    assert_eq!(read(&officer, "pc-1").await["may"], json!([]));
    let mut own = computer("pc-4", &json!(1), "2022-03-15");
    own["organisation"] = json!("teaching");
    enter(&officer, &own).await;
    app.log_in("leader").await.post(ASSETS, &own).await.problem(403, "forbidden");
    app.log_in("reporter2").await.with("if-match", "*").patch(&path, &moved).await.problem(404, "not_found");
}

#[tokio::test]
async fn cards_are_listed_by_what_they_are_and_where() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    for (code, organisation, category, place, state) in [
        ("a", SCHOOL, "computer", "计算机教室 1", "in_use"),
        ("b", SCHOOL, "furniture", "图书室", "idle"),
        ("c", SIBLING, "computer", "计算机教室 2", "lent"),
        ("d", "teaching", "computer", "办公室", "in_use"),
    ] {
        let card = json!({"code": code, "organisation": organisation, "name": code, "category": category, "value": 1,
            "acquired_on": "2022-01-01", "place": place, "state": state});
        enter(&finance, &card).await;
    }
    let codes = async |client: &crate::support::Client, query: &str| {
        let page = client.get(&format!("{ASSETS}{query}")).await.expect(200);
        let codes: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect();
        (codes.concat(), page["next"].as_str().map(str::to_owned))
    };
    for (query, expected) in [
        ("", "abcd"),
        (&format!("?organisation={SCHOOL}"), "ab"),
        ("?category=computer", "acd"),
        ("?state=lent", "c"),
        ("?place=计算机", "ac"),
        ("?place=计算机&state=in_use", "a"),
    ] {
        assert_eq!(codes(&finance, query).await.0, expected, "{query}");
    }
    let (first, next) = codes(&finance, "?limit=3").await;
    let (rest, end) = codes(&finance, &format!("?limit=3&cursor={}", next.unwrap())).await;
    assert_eq!((first + &rest, end), ("abcd".to_owned(), None));
    assert_eq!(codes(&app.log_in("reporter").await, "").await.0, "ab");
    finance.get(&format!("{ASSETS}?state=sold")).await.problem(400, "invalid_parameter");
}

#[tokio::test]
async fn a_file_enters_and_changes_cards_by_their_codes() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let cards = [computer("pc-1", &json!(4800), "2022-03-15"), computer("pc-2", &json!(4800), "2022-03-15")];
    let dry = import(&reporter, "?dry_run=true", &cards).await.expect(200);
    assert_eq!((&dry["created"], app.query("SELECT count(*) FROM asset_revisions").await), (&json!(2), json!(0)));
    let report = import(&reporter, "", &cards).await.expect(200);
    assert_eq!(report, json!({"created": 2, "updated": 0, "unchanged": 0, "rejected": []}));
    let again = import(&reporter, "", &cards).await.expect(200);
    assert_eq!(again, json!({"created": 0, "updated": 0, "unchanged": 2, "rejected": []}));

    let rows = [
        json!({"code": "pc-1", "place": null, "state": "idle"}),
        json!({"code": "pc-2", "value": 1}),
        json!({"code": "pc-3", "organisation": SCHOOL, "name": "椅", "category": "moon"}),
        json!({"code": "pc-1", "place": "x"}),
        json!({"code": "pc-4", "organisation": "teaching", "name": "椅", "category": "book", "value": 1,
            "acquired_on": "2022-01-01"}),
        json!({"code": "pc-2", "organisation": SIBLING}),
        json!({"code": "pc-5", "organisation": SCHOOL, "name": "椅", "category": "book", "value": 1,
            "acquired_on": "2022-01-01"}),
    ];
    let refused = [
        "/1/note missing",
        "/2/acquired_on missing",
        "/2/category not_allowed",
        "/2/value missing",
        "/3/code duplicate",
        "/4 not_allowed",
        "/5/code duplicate",
    ];
    assert_eq!(import(&reporter, "", &rows).await.problem(422, "validation_failed"), refused);
    let report = import(&reporter, "?atomic=false", &rows).await.expect(200);
    assert_eq!((&report["created"], &report["updated"]), (&json!(1), &json!(1)));
    let indexes: Vec<_> = report["rejected"].as_array().unwrap().iter().map(|row| row["index"].to_string()).collect();
    assert_eq!(indexes.concat(), "12345");
    let card = read(&reporter, "pc-1").await;
    assert_eq!((&card["place"], &card["state"]), (&Value::Null, &json!("idle")));
    let journaled = "SELECT count(*) FROM journal WHERE subject_type = 'asset'";
    assert_eq!(app.query(journaled).await, app.query("SELECT count(*) FROM asset_revisions").await);
}

#[tokio::test]
async fn of_a_file_only_the_row_is_refused_whose_code_another_school_has() {
    let app = TestApp::with_catalogue().await;
    enter(&app.log_in("reporter").await, &computer("K1", &json!(4800), "2022-03-15")).await;
    let sibling = app.log_in("reporter2").await;
    let cards = ["free-1", "K1", "free-2"].map(|code| {
        let mut card = computer(code, &json!(1), "2022-03-15");
        card["organisation"] = json!(SIBLING);
        card
    });
    let refused = import(&sibling, "", &cards).await;
    assert_eq!(refused.problem(422, "validation_failed"), ["/1/code duplicate"]);
    assert_eq!(refused.json()["violations"][0]["message"], "第 2 行：编码“K1”已被使用");
    assert_eq!(app.query("SELECT count(*) FROM asset_revisions").await, 1);
    let violation = json!({"pointer": "/code", "code": "duplicate", "message": "编码“K1”已被使用"});
    let rejected = json!([{"index": 1, "line": 2, "violations": [violation]}]);
    for (created, unchanged) in [(2, 0), (0, 2)] {
        let report = import(&sibling, "?atomic=false", &cards).await.expect(200);
        let expected = json!({"created": created, "updated": 0, "unchanged": unchanged, "rejected": rejected});
        assert_eq!(report, expected);
    }
    for kept in ["asset_revisions", "journal WHERE subject_type = 'asset'"] {
        assert_eq!(app.query(&format!("SELECT count(*) FROM {kept}")).await, 3, "{kept}");
    }
    // The bureau sees whose it is, and changes it.
    let moved = json!({"code": "K1", "place": "图书室"});
    assert_eq!(import(&app.log_in("finance").await, "", &[moved]).await.expect(200)["updated"], 1);
    assert_eq!(import(&sibling, "", &cards).await.problem(422, "validation_failed"), ["/1/code duplicate"]);
}

#[tokio::test]
async fn of_two_schools_that_import_a_code_at_once_one_has_it() {
    let app = TestApp::with_catalogue().await;
    let (reporter, sibling) = (app.log_in("reporter").await, app.log_in("reporter2").await);
    let ours = computer("K1", &json!(1), "2022-03-15");
    let mut theirs = ours.clone();
    theirs["organisation"] = json!(SIBLING);
    // Both have come to where they write before either does.
    let obstacle = app.lock("asset_revisions").await;
    let (ours, theirs) = ([ours], [theirs]);
    let (ours, theirs, ()) =
        tokio::join!(import(&reporter, "?atomic=false", &ours), import(&sibling, "?atomic=false", &theirs), async {
            app.until_waiting(2).await;
            drop(obstacle);
        });
    let mut reports = [ours, theirs].map(|answer| {
        let report = answer.expect(200);
        (report["created"].to_string(), report["rejected"][0]["violations"][0]["pointer"].clone())
    });
    reports.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(reports, [("0".to_owned(), json!("/code")), ("1".to_owned(), Value::Null)]);
    assert_eq!(app.query("SELECT count(*) FROM asset_revisions").await, 1);
}

#[tokio::test]
async fn what_is_exported_can_be_imported_again() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let mut formula = computer("pc-1", &json!(4800.5), "2022-03-15");
    formula["name"] = json!("=1+1");
    enter(&finance, &formula).await;
    enter(&finance, &computer("pc-2", &json!(0), "2022-03-15")).await;
    let csv = finance.with("accept", "text/csv").get(ASSETS).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines[0], "code,organisation,name,category,value,acquired_on,funded_from,place,user_name,state,note");
    assert_eq!(lines[1], format!("pc-1,{SCHOOL},'=1+1,computer,4800.5,2022-03-15,,计算机教室,,in_use,"));
    let send = async |text: String| {
        let body = Some(("text/csv", text.into_bytes()));
        finance.send_raw(reqwest::Method::POST, &format!("{ASSETS}/import"), body).await
    };
    assert_eq!(send(csv.text.clone()).await.expect(200)["unchanged"], 2);
    let changed = send(csv.text.replace("计算机教室", "").replace("in_use", "idle")).await.expect(200);
    assert_eq!(changed["updated"], 2);
    assert_eq!(read(&finance, "pc-2").await["place"], Value::Null);
    assert_eq!(
        send("code,value\npc-2,viel\n".to_owned()).await.problem(422, "validation_failed"),
        ["/0/value wrong_type"]
    );
    send("code,colour\npc-2,red\n".to_owned()).await.problem(400, "malformed_request");
}
