//! What is filled in comes back as if it had been sent as JSON.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Number, Value, json};

use super::book::{Book, Typed, text};
use super::{CATALOGUE, FORM, full, service, sheet};
use crate::support::{SCHOOL, TestApp};

/// What a submission says, without what changes by itself.
async fn content(app: &TestApp) -> Value {
    let submission = app.log_in("reporter").await.get(&sheet()).await.expect(200);
    json!([submission["values"], submission["explanations"], submission["findings"]])
}

async fn as_json(document: &Value) -> Value {
    let app = service().await;
    app.log_in("reporter").await.put(&sheet(), document).await.expect(201);
    content(&app).await
}

#[tokio::test]
async fn a_filled_in_workbook_is_the_submission() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill_in(&full());
    let report = book.import(&reporter, "").await.expect(200);
    assert_eq!(report, json!({"created": 1, "updated": 0, "unchanged": 0, "rejected": []}));
    assert_eq!(content(&app).await, as_json(&full()).await);
    assert_eq!(book.import(&reporter, "").await.expect(200)["unchanged"], 1, "the same again changes nothing");
    let again = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    assert_eq!(again.import(&reporter, "").await.expect(200)["unchanged"], 1, "nor does what was downloaded");
}

#[tokio::test]
async fn it_can_be_submitted_at_once_with_its_explanations() {
    let app = service().await;
    let last = crate::support::Desk::of(&app, FORM, "2021").await;
    last.bring_to("accepted", &full()).await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill_in(&full());
    book.fill("pupils", "", &super::book::number(5000));
    let explanation =
        book.cells("_jixiao").iter().find(|(_, data)| **data == "rule:steady").map(|(place, _)| place[1..].to_owned());
    let row = explanation.unwrap();
    let map = book.cells("_jixiao");
    let place = super::book::name(
        map[&format!("F{row}")].to_string().parse().unwrap(),
        map[&format!("G{row}")].to_string().parse().unwrap(),
    );
    let violations = book.import(&reporter, "?submit=true").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{place} unexplained_warning")]);
    book.set(&place, &text("两校合并"));
    assert_eq!(book.import(&reporter, "?submit=true").await.expect(200)["created"], 1);
    let submission = reporter.get(&sheet()).await.expect(200);
    assert_eq!((&submission["state"], &submission["revision"]), (&json!("submitted"), &json!(1)));
    assert_eq!(submission["explanations"], json!([{"rule": "steady", "text": "两校合并"}]));
}

#[tokio::test]
async fn a_dry_run_and_a_repetition_leave_no_trace() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill_in(&full());
    assert_eq!(book.import(&reporter, "?dry_run=true").await.expect(200)["created"], 1);
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submissions").await, 0);
    let reporter = reporter.with("idempotency-key", "one");
    assert_eq!(book.import(&reporter, "").await.expect(200)["created"], 1);
    assert_eq!(book.import(&reporter, "").await.expect(200)["created"], 1, "the answer is kept");
    book.fill("pupils", "", &Typed::Nothing);
    book.import(&reporter, "").await.problem(422, "idempotency_key_reused");
}

fn decimal(digits: impl Strategy<Value = i64>, scale: u32) -> impl Strategy<Value = Value> {
    (digits, 0..=scale).prop_map(|(digits, scale)| {
        let number = rust_decimal::Decimal::new(digits, scale).normalize();
        json!(number.to_string().parse::<Number>().unwrap())
    })
}

fn words() -> impl Strategy<Value = String> {
    "[ -~一-十，。=+@'\n]{0,30}[!-~一-十]".prop_map(|words| words.replace('\0', ""))
}

fn maybe(
    indicator: &'static str,
    dimensions: Value,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Option<Value>> {
    (prop::option::of(value), prop::option::of(words())).prop_map(move |(value, note)| {
        let cell = json!({ "indicator": indicator, "dimensions": dimensions, "value": value, "note": note });
        (value.is_some() || note.is_some()).then_some(cell)
    })
}

fn document() -> impl Strategy<Value = Value> {
    let count = || (0..=999_999_999_999_i64).prop_map(|count| json!(count));
    let most = 999_999_999_999_999_999_i64;
    let dates = (0..=80_000_u64).prop_map(|days| {
        let first = chrono::NaiveDate::from_ymd_opt(1850, 1, 1).unwrap();
        json!(first + chrono::Days::new(days))
    });
    let cells = (
        maybe("pupils", json!({}), count()),
        maybe("boarders", json!({"sex": "boys"}), count()),
        maybe("sleep", json!({}), decimal(-most..=most, 6).prop_filter("at most 12 digits before the point", few)),
        maybe("absences", json!({"grade": "two", "sex": "girls"}), count()),
        maybe("grant", json!({}), decimal(-99_999_999_999_999..=99_999_999_999_999_i64, 2).prop_filter("digits", few)),
        maybe("fitness", json!({}), decimal(-most..=most, 6).prop_filter("at most 12 digits before the point", few)),
        maybe("library", json!({}), any::<bool>().prop_map(|yes| json!(yes))),
        maybe(
            "heating",
            json!({}),
            prop::sample::select(vec!["coal", "gas", "pump", "pump2"]).prop_map(|each| json!(each)),
        ),
        maybe("inspected_on", json!({}), dates),
        maybe("remark", json!({}), words().prop_map(|words| json!(words))),
    );
    cells.prop_map(|(a, b, c, d, e, f, g, h, i, j)| {
        let cells: Vec<Value> = [a, b, c, d, e, f, g, h, i, j].into_iter().flatten().collect();
        json!({ "values": cells })
    })
}

fn few(number: &Value) -> bool {
    number.to_string().trim_start_matches('-').split('.').next().unwrap().len() <= 12
}

/// Every value that a draft can hold stands in its workbook and comes back exactly: written by the service, and untouched.
#[tokio::test]
async fn every_draft_comes_back_exactly() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        let drawn = document().new_tree(&mut runner).unwrap().current();
        let writer = if reporter.get(&sheet()).await.expect(200)["version"].is_null() {
            reporter.clone()
        } else {
            reporter.with("if-match", "*")
        };
        let saved = writer.put(&sheet(), &drawn).await;
        assert!(saved.status.is_success(), "{drawn}: {}", saved.text);
        let book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
        let report = book.import(&reporter, "").await;
        assert_eq!(report.status, 200, "{drawn}: {}", report.text);
        let now = reporter.get(&sheet()).await.expect(200);
        assert_eq!(report.json()["unchanged"], 1, "{} became {}", saved.text, now["values"]);
    }
}

/// How long it takes optimised, the benchmarks say; here it must not grow with the square of anything.
#[tokio::test]
async fn a_long_form_is_written_quickly() {
    let rows = |write: fn(usize) -> String| (0..400).map(write).collect::<Vec<_>>().join("\n");
    let indicators =
        rows(|i| format!("  - {{code: i{i}, name: {{zh: 第{i}项}}, value_type: count, aggregation: sum}}"));
    let fields = rows(|i| format!("      - {{indicator: i{i}}}"));
    let catalogue = CATALOGUE.replace("forms:", &format!("{indicators}\nforms:"));
    let app = TestApp::with_catalogue_of(&catalogue.replace("    fields:", &format!("    fields:\n{fields}"))).await;
    let reporter = app.log_in("reporter").await;
    let begun = Instant::now();
    let book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    assert_eq!(book.import(&reporter, "").await.expect(200)["created"], 1);
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}
