//! The yearly report against a naive model over random cards: month by month, card by card.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{ASSETS, computer, enter};
use crate::support::{Client, SCHOOL, SIBLING, TestApp};

const WORLDS: u32 = 24;

/// When every card was entered first, when some were corrected, and a moment between.
const ENTERED: &str = "2020-01-01T00:00:00Z";
const BETWEEN: &str = "2020-03-01T00:00:00Z";
const CORRECTED: &str = "2020-06-01T00:00:00Z";

/// What is known of a card; amounts in 0.01 yuan.
#[derive(Debug, Clone)]
struct Facts {
    category: &'static str,
    value: i64,
    acquired_on: NaiveDate,
    deregistered_on: Option<NaiveDate>,
}

#[derive(Debug, Clone)]
struct Card {
    organisation: &'static str,
    facts: Facts,
    corrected: Option<Facts>,
}

fn facts() -> impl Strategy<Value = Facts> {
    let day = || (2012_i32..=2023, 1_u32..=12, select(vec![1_u32, 2, 15, 28, 29, 30, 31]));
    let real = |(year, month, day): (i32, u32, u32)| {
        (0..4).find_map(|less| NaiveDate::from_ymd_opt(year, month, day - less)).expect("a day")
    };
    let value = prop_oneof![Just(0), 1_i64..100, 1_i64..100_000_000, Just(99_999_999_999_999)];
    (select(vec!["computer", "furniture", "building", "book"]), value, day(), prop::option::of(0_i64..3000)).prop_map(
        move |(category, value, acquired, held)| {
            let acquired_on = real(acquired);
            let deregistered_on = held.map(|days| acquired_on + chrono::TimeDelta::days(days));
            Facts { category, value, acquired_on, deregistered_on }
        },
    )
}

fn cards() -> impl Strategy<Value = Vec<Card>> {
    let card = (select(vec![SCHOOL, SIBLING, "teaching"]), facts(), prop::option::of(facts()))
        .prop_map(|(organisation, facts, corrected)| Card { organisation, facts, corrected });
    vec(card, 0..12)
}

/// The lives of the test county, in months.
fn life(category: &str) -> i64 {
    match category {
        "computer" => 72,
        "furniture" => 180,
        "building" => 600,
        _ => 0,
    }
}

fn month(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

impl Facts {
    /// Goes through the months from that of acquisition to the last one, and charges each by itself.
    fn depreciated(&self, through: i64) -> i64 {
        let life = life(self.category);
        let due =
            |months: i64| (2 * i128::from(self.value) * i128::from(months) + i128::from(life)) / (2 * i128::from(life));
        let mut sum = 0;
        for (number, current) in (1..=life).zip(month(self.acquired_on)..=through) {
            if self.deregistered_on.is_some_and(|day| month(day) <= current) {
                break;
            }
            sum += due(number) - due(number - 1);
        }
        i64::try_from(sum).expect("an amount")
    }

    fn is_held(&self, on: NaiveDate) -> bool {
        self.acquired_on <= on && self.deregistered_on.is_none_or(|day| day > on)
    }
}

/// Numbers and sums of a row, in the order of [`FIELDS`].
type Sums = [i64; 11];

const FIELDS: [&str; 11] = [
    "/opening/count",
    "/opening/cost",
    "/opening/accumulated_depreciation",
    "/additions/count",
    "/additions/cost",
    "/depreciation_charge",
    "/disposals/count",
    "/disposals/cost",
    "/disposals/accumulated_depreciation",
    "/closing/count",
    "/closing/cost",
];

fn sums(facts: &Facts, year: i32) -> Sums {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day");
    let (eve, first, last) = (day(year - 1, 12, 31), day(year, 1, 1), day(year, 12, 31));
    let mut sums = Sums::default();
    if facts.is_held(eve) {
        sums[0] = 1;
        sums[1] = facts.value;
        sums[2] = facts.depreciated(month(eve));
    }
    if (first..=last).contains(&facts.acquired_on) {
        sums[3] = 1;
        sums[4] = facts.value;
    }
    if facts.is_held(eve) || facts.acquired_on >= first && facts.acquired_on <= last {
        sums[5] = facts.depreciated(month(last)) - facts.depreciated(month(eve));
    }
    if facts.deregistered_on.is_some_and(|day| (first..=last).contains(&day)) {
        sums[6] = 1;
        sums[7] = facts.value;
        sums[8] = facts.depreciated(month(last));
    }
    if facts.is_held(last) {
        sums[9] = 1;
        sums[10] = facts.value;
    }
    sums
}

/// A row of the answer, in 0.01 yuan, and whether it reconciles.
fn read_row(row: &Value) -> (Sums, bool) {
    let number = |pointer: &str| -> i64 {
        let value: Decimal = row.pointer(pointer).expect(pointer).to_string().parse().expect("a number");
        let value = if pointer.ends_with("count") { value } else { value * Decimal::ONE_HUNDRED };
        assert!(value.is_integer(), "{pointer}: {value}");
        value.trunc().try_into().expect("an amount")
    };
    let sums = FIELDS.map(number);
    let closing = number("/closing/accumulated_depreciation");
    let net = |part: &str| number(&format!("/{part}/net_value"));
    let reconciles = sums[0] + sums[3] - sums[6] == sums[9]
        && sums[1] + sums[4] - sums[7] == sums[10]
        && sums[2] + sums[5] - sums[8] == closing
        && net("opening") == sums[1] - sums[2]
        && net("disposals") == sums[7] - sums[8]
        && net("closing") == sums[10] - closing;
    (sums, reconciles)
}

/// Puts cards there, past everything that would forbid them.
async fn put(app: &TestApp, cards: &[Card]) {
    let mut statements = vec!["DELETE FROM asset_revisions;".to_owned()];
    for (i, Card { organisation, facts, corrected }) in cards.iter().enumerate() {
        let revisions = [(1, Some(facts)), (2, corrected.as_ref())];
        for (number, facts) in revisions.into_iter().filter_map(|(number, facts)| Some((number, facts?))) {
            let Facts { category, value, acquired_on, deregistered_on } = facts;
            let (state, ended) = match deregistered_on {
                None => ("in_use", "NULL".to_owned()),
                Some(day) => ("deregistered", format!("'{day}'")),
            };
            let (recorded, superseded) = match (number, corrected) {
                (1, Some(_)) => (ENTERED, format!("'{CORRECTED}'")),
                (1, None) => (ENTERED, "NULL".to_owned()),
                _ => (CORRECTED, "NULL".to_owned()),
            };
            let school = if *organisation == "teaching" { "NULL".to_owned() } else { format!("'{organisation}'") };
            statements.push(format!(
                "INSERT INTO asset_revisions VALUES (1, 'card-{i}', {number}, '{organisation}', {school}, 'x', '{category}',
                     {value}::numeric / 100, '{acquired_on}', NULL, NULL, NULL, '{state}', {ended}, 'create', NULL,
                     'user:test', '{recorded}', {superseded});"
            ));
        }
    }
    app.execute(&statements.concat()).await;
}

/// Compares the report of a year with the model.
async fn compare(client: &Client, cards: &[Card], year: i32, by: &str, between: bool) -> Result<(), TestCaseError> {
    let as_of = if between { format!("&as_of={BETWEEN}") } else { String::new() };
    let report = client.get(&format!("{ASSETS}/report?year={year}&by={by}{as_of}")).await.expect(200);
    let mut expected: BTreeMap<&str, Sums> = BTreeMap::new();
    let mut total = Sums::default();
    for card in cards {
        let facts = card.corrected.as_ref().filter(|_| !between).unwrap_or(&card.facts);
        let row = sums(facts, year);
        if row == Sums::default() {
            continue;
        }
        let key = if by == "category" { facts.category } else { card.organisation };
        let sums = expected.entry(key).or_default();
        for (i, amount) in row.into_iter().enumerate() {
            sums[i] += amount;
            total[i] += amount;
        }
    }
    let found: BTreeMap<&str, (Sums, bool)> = report["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["key"].as_str().expect("a key"), read_row(row)))
        .collect();
    let expected = expected.into_iter().map(|(key, sums)| (key, (sums, true))).collect();
    prop_assert_eq!(found, expected, "{} by {}", year, by);
    prop_assert_eq!(read_row(&report["total"]), (total, true));
    Ok(())
}

/// What one card's books say is what the naive model says: so the report and they agree.
async fn compare_books(client: &Client, cards: &[Card]) -> Result<(), TestCaseError> {
    for (i, card) in cards.iter().enumerate() {
        let facts = card.corrected.as_ref().unwrap_or(&card.facts);
        let on = NaiveDate::from_ymd_opt(2022, 12, 31).expect("a day");
        let read = client.get(&format!("{ASSETS}/card-{i}?on={on}")).await.expect(200);
        let accumulated: Decimal = read["book"]["accumulated_depreciation"].to_string().parse().expect("a number");
        // Of what is written off later the books of the day know nothing.
        let known = Facts { deregistered_on: facts.deregistered_on.filter(|day| *day <= on), ..facts.clone() };
        prop_assert_eq!(accumulated * Decimal::ONE_HUNDRED, Decimal::from(known.depreciated(month(on))), "{:?}", facts);
    }
    Ok(())
}

#[test]
fn the_report_reconciles_and_is_that_of_the_naive_model() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(WORLDS);
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 80, failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    let (app, finance) = runtime.block_on(async {
        let app = TestApp::with_catalogue().await;
        let finance = app.log_in("finance").await;
        (app, finance)
    });
    let question = (cards(), 2020_i32..=2025, any::<bool>(), any::<bool>());
    let outcome = runner.run(&question, |(cards, year, by_category, between)| {
        runtime.block_on(async {
            put(&app, &cards).await;
            let by = if by_category { "category" } else { "organisation" };
            compare(&finance, &cards, year, by, between).await?;
            compare_books(&finance, &cards).await
        })
    });
    if let Err(TestError::Fail(reason, world)) = outcome {
        panic!("{reason}\n{world:#?}");
    }
    runtime.block_on(async move { drop(app) });
}

#[tokio::test]
async fn the_report_of_a_year_names_its_rows_and_stays_as_it_was() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    enter(&reporter, &computer("pc-1", &json!(7200), "2021-12-31")).await;
    enter(&reporter, &computer("pc-2", &json!(7200), "2022-12-01")).await;
    let mut desk = computer("desk", &json!(1800.01), "2022-01-01");
    (desk["organisation"], desk["category"]) = (json!("teaching"), json!("furniture"));
    enter(&finance, &desk).await;

    let report = finance.get(&format!("{ASSETS}/report?year=2022")).await.expect(200);
    assert_eq!((&report["policy"], &report["by"]), (&json!("county_2020"), &json!("organisation")));
    let rows: Vec<_> = report["items"].as_array().unwrap().iter().map(|row| (&row["key"], &row["name"])).collect();
    assert_eq!(rows, [(&json!(SCHOOL), &json!("第一小学")), (&json!("teaching"), &json!("教学科"))]);
    let school = &report["items"][0];
    assert_eq!(
        (&school["opening"], &school["additions"], &school["depreciation_charge"], &school["closing"]),
        (
            &json!({"count": 1, "cost": 7200, "accumulated_depreciation": 100, "net_value": 7100}),
            &json!({"count": 1, "cost": 7200}),
            &json!(1300),
            &json!({"count": 2, "cost": 14400, "accumulated_depreciation": 1400, "net_value": 13000}),
        )
    );
    assert_eq!((&report["total"]["key"], &report["total"]["closing"]["cost"]), (&Value::Null, &json!(16200.01)));
    let by_category =
        finance.with("accept-language", "en").get(&format!("{ASSETS}/report?year=2022&by=category")).await;
    let names: Vec<_> =
        by_category.expect(200)["items"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, [json!("计算机"), json!("家具")]);

    // A school sees its own, and what was answered is answered again.
    let own = reporter.get(&format!("{ASSETS}/report?year=2022")).await.expect(200);
    assert_eq!((own["items"].as_array().unwrap().len(), &own["total"]["closing"]), (1, &school["closing"]));
    let correction = json!({"value": 1, "note": "更正"});
    reporter.with("if-match", "*").patch(&format!("{ASSETS}/pc-1"), &correction).await.expect(200);
    let as_of = report["as_of"].as_str().unwrap();
    let again = finance.get(&format!("{ASSETS}/report?year=2022&as_of={as_of}")).await.expect(200);
    assert_eq!(again, report);
    let now = finance.get(&format!("{ASSETS}/report?year=2022")).await.expect(200);
    assert_eq!(now["total"]["closing"]["cost"].to_string(), "9001.01");

    let empty = finance.get(&format!("{ASSETS}/report?year=2020")).await.expect(200);
    assert_eq!((&empty["items"], &empty["total"]["closing"]["count"]), (&json!([]), &json!(0)));
    assert_eq!(
        finance.get(&format!("{ASSETS}/report?year=1949")).await.problem(400, "invalid_parameter"),
        ["?year out_of_range"]
    );
    finance.get(&format!("{ASSETS}/report")).await.problem(400, "invalid_parameter");
}
