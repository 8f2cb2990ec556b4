//! Lists of records, and the schema by which a frontend draws the form.

use serde_json::{Value, json};

use super::{award, enter, records};
use crate::support::{Client, SIBLING, TestApp};

async fn county() -> TestApp {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    for (code, fields) in [
        ("a", json!({"prize": 100, "given_on": "2022-01-01"})),
        ("b", json!({"prize": 20.5, "level": "county", "abroad": true})),
        ("c", json!({"given_on": "2022-06-30", "level": "county"})),
        ("d", json!({"prize": 100, "given_on": "2022-12-31"})),
    ] {
        enter(&reporter, code, &fields).await;
    }
    let mut theirs = award("z", &json!({"prize": 7}));
    theirs["school"] = json!(SIBLING);
    app.log_in("reporter2").await.post(&records("awards"), &theirs).await.expect(201);
    app
}

async fn codes(client: &Client, query: &str) -> String {
    let page = client.get(&format!("{}?{query}", records("awards"))).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn records_are_chosen_and_sorted_by_their_own_fields() {
    let app = county().await;
    let officer = app.log_in("officer").await;
    for (query, expected) in [
        ("", "abcdz"),
        ("where=level:county", "bc"),
        ("where=level:county,abroad:true", "b"),
        ("where=abroad:false", ""),
        ("where=prize%3E=20.5", "abd"),
        ("where=prize%3C=20.5", "bz"),
        ("where=given_on%3E=2022-06-30,given_on%3C=2022-12-30", "c"),
        ("sort=prize", "czbad"),
        ("sort=-prize", "dabzc"),
        ("sort=-code", "zdcba"),
        ("school=2199000002", "z"),
        ("state=reported&where=level:city", "adz"),
        ("state=confirmed", ""),
    ] {
        assert_eq!(codes(&officer, query).await, expected, "{query}");
    }
    assert_eq!(codes(&app.log_in("reporter").await, "").await, "abcd", "a school sees its own");
    for (query, fault) in [
        ("where=colour:red", "?where unknown_field"),
        ("where=prize", "?where wrong_format"),
        ("where=prize:viel", "?where wrong_type"),
        ("where=level%3E=city", "?where wrong_type"),
        ("where=given_on:heute", "?where wrong_format"),
        ("sort=colour", "?sort unknown_field"),
        ("state=lost", "?state not_allowed"),
    ] {
        let answer = officer.get(&format!("{}?{query}", records("awards"))).await;
        assert_eq!(answer.problem(422, "validation_failed"), [fault], "{query}");
    }
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended_whatever_the_order() {
    let app = county().await;
    let officer = app.log_in("officer").await;
    for sort in ["code", "-code", "prize", "-prize", "given_on", "-given_on", "abroad"] {
        let whole = codes(&officer, &format!("sort={sort}")).await;
        let (mut paged, mut cursor) = (String::new(), String::new());
        for _ in 0..10 {
            let page = officer.get(&format!("{}?sort={sort}&limit=2{cursor}", records("awards"))).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                paged += item["code"].as_str().unwrap();
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, whole, "{sort}");
    }
}

#[tokio::test]
async fn a_list_can_be_had_as_of_a_moment() {
    let app = county().await;
    let officer = app.log_in("officer").await;
    let moment = app.query("SELECT clock_timestamp()").await;
    let moment = moment.as_str().unwrap().replace('+', "%2B");
    officer.post(&format!("{}/a/withdraw", records("awards")), &json!({"note": "重复"})).await.expect(200);
    enter(&app.log_in("reporter").await, "e", &json!({})).await;
    assert_eq!(codes(&officer, "").await, "bcdez");
    assert_eq!(codes(&officer, &format!("as_of={moment}")).await, "abcdz");
}

#[tokio::test]
async fn the_schema_says_what_is_accepted() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let answer = reporter.with("accept-language", "en").get("/v1/registers/awards/schema").await;
    assert_eq!(answer.headers["content-type"], "application/schema+json");
    let schema: Value = answer.expect(200);
    assert_eq!(schema["title"], "Awards");
    assert_eq!(schema["properties"]["fields"]["properties"]["title"]["title"], "Title");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let sound = award("a", &json!({"prize": 10.25, "pupils": 3, "given_on": "2022-05-01", "certificate": "AB123"}));
    assert!(
        validator.is_valid(&sound),
        "{:?}",
        validator.iter_errors(&sound).map(|error| error.to_string()).collect::<Vec<_>>()
    );
    reporter.post(&records("awards"), &sound).await.expect(201);
    for (field, value) in [
        ("prize", json!(0.001)),
        ("pupils", json!(-1)),
        ("given_on", json!("2022-13-01")),
        ("certificate", json!("AB12")),
        ("level", json!("moon")),
        ("title", json!("")),
        ("colour", json!("red")),
    ] {
        let wrong = award("b", &json!({field: value}));
        assert!(!validator.is_valid(&wrong), "{wrong}");
        reporter.post(&records("awards"), &wrong).await.problem(422, "validation_failed");
    }
}
