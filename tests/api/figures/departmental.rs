//! What is read from books, by example: the ratios of a department, its assets, rectifications and projects.

use serde_json::{Value, json};

use super::county::{BUREAU, County, ONE, THREE, TWO};
use crate::support::{CATALOGUE, TestApp};

/// The first county with the indicators of a department.
pub async fn county() -> County {
    let indicators = format!("indicators:\n{}", include_str!("departmental.yaml"));
    let form = "forms:\n  - {code: staffing, name: {zh: 人员}, section: teaching, period_type: year, stages: [primary], \
         window: {opens_on: start, due_on: end+240m, closes_on: end+240m}, \
         fields: [{indicator: staff}, {indicator: posts}]}\n";
    let reception = "economic_class\n    name: {zh: 部门预算支出经济分类, en: Departmental economic classification}\n    options:\n";
    let catalogue = CATALOGUE
        .replace("indicators:\n", &indicators)
        .replace("forms:\n", form)
        .replace(reception, &format!("{reception}      - {{code: '30217', name: {{zh: 公务接待费}}}}\n"));
    County::of(TestApp::with_catalogue_of(&catalogue).await).await
}

/// A number exactly as it stands in a document.
fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A year's money: items, what became of their budgets, what was paid and planned.
pub async fn money(county: &County) {
    county
        .app
        .execute(&format!(
            "INSERT INTO projects VALUES (1, 'computers', '{BUREAU}', NULL), (1, 'reception', '{TWO}', '{TWO}');
             INSERT INTO budget_items (bureau_id, item, year, parent, is_lump, organisation, school, project, name, function,
                 economic, is_procurement, recorded_by, recorded_at)
             VALUES
                 (1, 'lump', 2022, NULL, true, '{BUREAU}', NULL, 'computers', '待分配', '2050202', '31002', true, 'user:f', now()),
                 (1, 'salaries', 2022, NULL, false, '{ONE}', '{ONE}', NULL, '工资', '2050202', '30101', false, 'user:f', now()),
                 (1, 'office', 2022, NULL, false, '{ONE}', '{ONE}', NULL, '办公', '2050202', '30201', false, 'user:f', now()),
                 (1, 'guests', 2022, NULL, false, '{TWO}', '{TWO}', 'reception', '接待', '2050203', '30217', false, 'user:f', now()),
                 (1, 'computers', 2022, 'lump', false, '{TWO}', '{TWO}', 'computers', '电脑', '2050203', '31002', true,
                     'user:f', now());
             INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, counterpart, recorded_by,
                 recorded_at)
             VALUES
                 (1, 'lump', 1, 2022, NULL, 'original', 200000, '2021-12-25', NULL, 'user:finance', now()),
                 (1, 'lump', 2, 2022, NULL, 'detailed', 40000, '2022-05-01', 'computers', 'user:finance', now()),
                 (1, 'salaries', 1, 2022, '{ONE}', 'original', 870000, '2022-01-01', NULL, 'user:finance', now()),
                 (1, 'office', 1, 2022, '{ONE}', 'original', 100000, '2022-01-01', NULL, 'user:finance', now()),
                 (1, 'office', 2, 2022, '{ONE}', 'adjustment', 25000, '2022-07-01', NULL, 'user:finance', now()),
                 (1, 'office', 3, 2022, '{ONE}', 'adjustment', -5000, '2022-11-01', NULL, 'user:finance', now()),
                 (1, 'guests', 1, 2022, '{TWO}', 'original', 5000, '2022-01-01', NULL, 'user:finance', now()),
                 (1, 'computers', 1, 2022, '{TWO}', 'original', 60000, '2022-01-01', NULL, 'user:finance', now()),
                 (1, 'computers', 2, 2022, '{TWO}', 'received', 40000, '2022-05-01', 'lump', 'user:finance', now());
             INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, payment_type, reverses, recorded_by,
                 recorded_at)
             VALUES
                 (1, '0001', 'salaries', 2022, '{ONE}', 725000, '2022-10-10', 'treasury', NULL, 'client:fis', now()),
                 (1, '0002', 'office', 2022, '{ONE}', 95500, '2022-06-30', 'unit', NULL, 'client:fis', now()),
                 (1, '0003', 'office', 2022, '{ONE}', -500, '2022-07-01', 'unit', '0002', 'client:fis', now()),
                 (1, '0004', 'guests', 2022, '{TWO}', 3800, '2022-03-01', 'treasury', NULL, 'client:fis', now()),
                 (1, '0005', 'computers', 2022, '{TWO}', 88000, '2022-09-01', 'treasury', NULL, 'client:fis', now());
             INSERT INTO payment_plans (bureau_id, item, revision, school, months, recorded_by, recorded_at)
             VALUES
                 (1, 'salaries', 1, '{ONE}', array_fill(72500::numeric, ARRAY[12]), 'user:finance', now()),
                 (1, 'office', 1, '{ONE}', array_fill(10000::numeric, ARRAY[12]), 'user:finance', now())"
        ))
        .await;
}

#[tokio::test]
async fn a_department_has_its_ratios() {
    let county = county().await;
    money(&county).await;
    county.report("staffing", "2022", ONE, &[("staff", 40.into()), ("posts", 50.into())]).await;
    county.report("staffing", "2022", TWO, &[("staff", 33.into()), ("posts", 37.into())]).await;
    for (indicator, period, value, numerator, denominator) in [
        ("completion_rate", "2022", "0.7265", 911_800, 1_255_000),
        ("completion_rate", "2022-06", "0.0804", 99_300, 1_235_000 + 40_000 - 40_000),
        ("adjustment_rate", "2022", "0.0162", 20_000, 1_235_000),
        ("progress_rate", "2022", "0.921", 911_800, 990_000),
        ("progress_rate", "2022-10", "1.1052", 911_800, 825_000),
        ("carry_over_rate", "2022", "0.2735", 343_200, 1_255_000),
        ("public_control_rate", "2022", "0.7904", 98_800, 125_000),
        ("three_control_rate", "2022", "0.76", 3_800, 5_000),
        ("procurement_rate", "2022", "0.3385", 88_000, 260_000),
        ("staff_control_rate", "2022", "0.8391", 73, 87),
    ] {
        let figure = county.figure(&format!("indicator={indicator}&period={period}")).await;
        let found = json!([figure["value"], figure["numerator"], figure["denominator"]]);
        assert_eq!(found, json!([number(value), numerator, denominator]), "{indicator} {period}");
    }
    let table = county.table("indicator=undetailed,detailed&period=2022").await;
    assert_eq!(table, [json!([160_000, 2, 2]), json!([40_000, 1, 1])]);
    // Of a month, and by how it was paid.
    let table = county.table("indicator=paid&period=2022-Q3&by=payment_type").await;
    assert_eq!(table, [json!(["treasury", 88_000, 1, 1]), json!(["unit", -500, 1, 1])]);
}

#[tokio::test]
async fn money_is_broken_down_by_school_code_and_project() {
    let county = county().await;
    money(&county).await;
    let table = async |query: &str| county.table(&format!("indicator={query}")).await;
    assert_eq!(
        table("budget&period=2022&by=school").await,
        [
            json!([ONE, 990_000, 4, 4]),
            json!([TWO, 105_000, 3, 3]),
            json!(["3199000001", 0, 0, 0]),
            json!([null, 160_000, 2, 2])
        ]
    );
    assert_eq!(
        table("executed&period=2022&by=economic_class&where=function_class:2050203").await,
        [
            json!(["30217", 3_800, 1, 1]),
            json!(["30101", 0, 0, 0]),
            json!(["30201", 0, 0, 0]),
            json!(["31002", 88_000, 1, 1])
        ]
    );
    assert_eq!(
        table("completion_rate&period=2022&by=project").await,
        [
            json!(["computers", number("0.3385"), 5, 5]),
            json!(["reception", number("0.76"), 2, 2]),
            json!([null, number("0.8283"), 7, 7])
        ]
    );
    assert_eq!(table("budget&period=2022&where=project:computers").await, [json!([260_000, 4, 4])]);
    assert_eq!(
        table(&format!("budget&period=2022&within={TWO}&where=project:computers")).await,
        [json!([100_000, 2, 2])]
    );
    assert_eq!(table("budget&period=2022&where=project:").await, [json!([990_000, 4, 4])]);
    // There is no budget: it is 0, and a rate of it is nothing.
    assert_eq!(
        table("budget,executed,completion_rate&period=2021").await,
        [json!([0, 0, 0]), json!([0, 0, 0]), json!([null, 0, 0])]
    );
    let refused = county.officer.get("/v1/figures?indicator=staff,completion_rate,assets&period=2022&by=project").await;
    let refusals = ["?by wrong_dimension", "?by wrong_dimension"];
    assert_eq!(refused.problem(422, "validation_failed"), refusals);
}

#[tokio::test]
async fn a_figure_of_money_is_traced_to_entries_and_vouchers() {
    let county = county().await;
    money(&county).await;
    let sources = county.sources("indicator=completion_rate&period=2022&where=project:computers&limit=2").await;
    let rows = sources["items"].as_array().unwrap().iter();
    let rows: Vec<Value> = rows
        .map(|item| json!([item["indicator"], item["record"], item["state"], item["entry"], item["contribution"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["budget", "computers", "original", "1", 60_000]),
            json!(["budget", "computers", "received", "2", 40_000]),
            json!(["budget", "lump", "detailed", "2", -40_000]),
            json!(["budget", "lump", "original", "1", 200_000]),
            json!(["executed", "computers", "payment", "0005", 88_000]),
        ]
    );
    let last = sources["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        json!([last["book"], last["school"], last["school_name"], last["decided_by"], last["value"], last["form"]]),
        json!(["ledger", TWO, "第二小学", "client:fis", 88_000, null])
    );
    assert_eq!(
        last["dimensions"],
        json!({ "project": "computers", "function_class": "2050203", "economic_class": "31002" })
    );
    let operands: Vec<&Value> = sources["operands"].as_array().unwrap().iter().map(|each| &each["value"]).collect();
    assert_eq!(operands, [260_000, 88_000]);
}

#[tokio::test]
async fn a_school_sees_its_own_money() {
    let county = county().await;
    money(&county).await;
    let question = "/v1/figures?indicator=budget,completion_rate&period=2022";
    let own = county.school(TWO).get(question).await.expect(200);
    let values: Vec<&Value> = own["items"].as_array().unwrap().iter().map(|item| &item["value"]).collect();
    assert_eq!(values, [&json!(105_000), &number("0.8743")], "91,800 of 105,000");
    county.school(TWO).get(&format!("{question}&within={ONE}")).await.problem(404, "not_found");
    let sources = county.school(TWO).get("/v1/figures/executed/sources?period=2022").await.expect(200);
    let vouchers: Vec<&Value> = sources["items"].as_array().unwrap().iter().map(|item| &item["entry"]).collect();
    assert_eq!(vouchers, ["0005", "0004"]);
}

#[tokio::test]
async fn what_is_of_a_section_counts_within_it() {
    let county = county().await;
    money(&county).await;
    county.app.execute("UPDATE budget_items SET organisation = 'teaching' WHERE item = 'lump'").await;
    let table = county.table("indicator=budget&period=2022&within=teaching").await;
    assert_eq!(table, [json!([160_000, 2, 2])]);
    assert_eq!(county.table("indicator=budget&period=2022&within=finance").await, [json!([0, 0, 0])]);
    county.admin.patch(&format!("/v1/organisations/{TWO}"), &json!({ "parent": "teaching" })).await.expect(200);
    assert_eq!(county.table("indicator=budget&period=2022&within=teaching").await, [json!([265_000, 5, 5])]);
    let by_school = county.table("indicator=budget&period=2022&within=teaching&by=school").await;
    assert_eq!(by_school, [json!([TWO, 105_000, 3, 3]), json!([null, 160_000, 2, 2])]);
}

#[tokio::test]
async fn assets_are_held_used_and_depreciated() {
    let county = county().await;
    county
        .app
        .execute(&format!(
            "INSERT INTO asset_revisions (bureau_id, asset, revision, organisation, school, name, category, value, acquired_on,
                 state, deregistered_on, action, recorded_by, recorded_at, superseded_at)
             VALUES
                 (1, 'house', 1, '{ONE}', '{ONE}', '楼', 'building', 6000000, '2012-03-15', 'in_use', NULL, 'a', 'user:f', '2020-01-02', NULL),
                 (1, 'pc', 1, '{TWO}', '{TWO}', '电脑', 'computer', 5000.01, '2022-11-30', 'idle', NULL, 'a', 'user:f', '2020-01-02', NULL),
                 (1, 'desk', 1, '{TWO}', '{TWO}', '桌', 'furniture', 0.90, '2022-12-31', 'in_use', NULL, 'a', 'user:f', '2020-01-02', NULL),
                 (1, 'books', 1, '{BUREAU}', NULL, '书', 'book', 1000, '2010-01-01', 'in_use', NULL, 'a', 'user:f', '2020-01-02', NULL),
                 (1, 'old', 1, '{THREE}', '{THREE}', '旧机', 'computer', 720, '2015-01-01', 'lent', NULL, 'a', 'user:f', '2020-01-02', '2020-01-03'),
                 (1, 'old', 2, '{THREE}', '{THREE}', '旧机', 'computer', 720, '2015-01-01', 'deregistered', '2022-06-30', 'a', 'user:f', '2020-01-03', NULL)"
        ))
        .await;
    let table = async |query: &str| county.table(&format!("indicator={query}")).await;
    assert_eq!(table("assets&period=2022").await, [json!([4, 4, 4])]);
    assert_eq!(table("assets&period=2022-05").await, [json!([3, 3, 3])]);
    assert_eq!(table("assets&period=2022-06").await, [json!([2, 2, 2])], "on that day it is not held any more");
    // 130 of 600 months of the house, 2 of 72 of the computer (138.8891…), 1 of 180 of the desk (0.005), none of books.
    assert_eq!(
        table("depreciation&period=2022&by=asset_category").await,
        [
            json!(["building", 1_300_000, 1, 1]),
            json!(["computer", number("138.89"), 1, 1]),
            json!(["furniture", number("0.01"), 1, 1]),
            json!(["book", 0, 1, 1])
        ]
    );
    assert_eq!(table("net_value&period=2022").await, [json!([number("4705862.01"), 4, 4])]);
    // Not more than it cost, after its life.
    assert_eq!(table("depreciation&period=2022-05&where=asset_category:computer").await, [json!([720, 1, 1])]);
    // No policy was in force, so that it cannot be told; what they cost can.
    assert_eq!(table("depreciation,assets_value&period=2019").await, [json!([null, 3, 0]), json!([6_001_720, 3, 3])]);
    assert_eq!(table("acquired,disposed&period=2022").await, [json!([number("5000.91"), 2, 2]), json!([720, 1, 1])]);
    let rate = county.figure("indicator=utilisation_rate&period=2022").await;
    assert_eq!([&rate["value"], &rate["numerator"]], [&number("0.9992"), &number("6001000.9")]);
    // Before it was written off it was lent.
    assert_eq!(table(&format!("assets_in_use&period=2021&within={THREE}")).await, [json!([0, 0, 0])]);
    let sources = county.sources(&format!("indicator=assets&period=2021&within={THREE}")).await;
    let item = &sources["items"][0];
    assert_eq!(
        json!([item["book"], item["record"], item["state"], item["revision"], item["contribution"], item["value"]]),
        json!(["assets", "old", "lent", 2, 1, null])
    );
    // What is recorded later was not known before.
    let as_of = county.figures("indicator=assets&period=2022").await["as_of"].as_str().unwrap().to_owned();
    county.record("UPDATE asset_revisions SET superseded_at = now FROM now WHERE asset = 'house'").await;
    assert_eq!(table("assets&period=2022").await, [json!([3, 3, 3])]);
    assert_eq!(table(&format!("assets&period=2022&as_of={as_of}")).await, [json!([4, 4, 4])]);
}

#[tokio::test]
async fn rectifications_and_projects_are_counted() {
    let county = county().await;
    let found = |code: &str, school: &str, source: &str, found_on: &str, due_on: &str, stays: &[(&str, &str)]| {
        let timeline: Vec<Value> =
            stays.iter().map(|(state, since)| json!({ "state": state, "since": since })).collect();
        let state = stays.last().unwrap().0;
        format!(
            "(1, '{code}', 1, '{school}', '{school}', 'finance', '{source}', '问题', '{found_on}', '{due_on}', '{state}',
                 '{}', 'open', 'user:auditor', '2020-01-02')",
            Value::Array(timeline)
        )
    };
    let rows = [
        found(
            "a",
            ONE,
            "internal_audit",
            "2022-02-01",
            "2022-03-31",
            &[("open", "2022-02-01"), ("resolved", "2022-05-01"), ("verified", "2022-06-01")],
        ),
        found(
            "b",
            ONE,
            "external_audit",
            "2022-02-01",
            "2022-03-31",
            &[("open", "2022-02-01"), ("in_progress", "2022-03-01")],
        ),
        found("c", TWO, "monitoring", "2021-12-31", "2022-01-31", &[("open", "2022-01-02")]),
    ];
    county
        .app
        .execute(&format!(
            "INSERT INTO rectification_revisions (bureau_id, code, revision, organisation, school, section, source, finding,
                 found_on, due_on, state, timeline, action, recorded_by, recorded_at)
             VALUES {};
             INSERT INTO projects VALUES (1, 'p', '{BUREAU}', NULL), (1, 'q', '{ONE}', '{ONE}'), (1, 'r', '{ONE}', '{ONE}');
             INSERT INTO project_revisions (bureau_id, project, revision, school, name, category, section, first_year, last_year,
                 is_key, is_special_fund, state, action, recorded_by, recorded_at)
             VALUES
                 (1, 'p', 1, NULL, '甲', 'specific', 'teaching', 2021, 2022, true, false, 'under_way', 'a', 'user:o', '2020-01-02'),
                 (1, 'q', 1, '{ONE}', '乙', 'specific', 'teaching', 2022, 2022, true, false, 'in_budget', 'a', 'user:o', '2020-01-02'),
                 (1, 'r', 1, '{ONE}', '丙', 'operation', 'teaching', 2022, 2023, false, true, 'under_way', 'a', 'user:o', '2020-01-02')",
            rows.join(", ")
        ))
        .await;
    let table = async |query: &str| county.table(&format!("indicator={query}")).await;
    assert_eq!(table("findings,rectified&period=2022").await, [json!([2, 2, 2]), json!([1, 1, 1])]);
    assert_eq!(table("findings,rectified&period=2022-Q1").await, [json!([2, 2, 2]), json!([0, 0, 0])]);
    assert_eq!(table("findings&period=2021&by=school&where=school:2199000002").await, [json!([TWO, 1, 1, 1])]);
    // On the last day of March both are due, and not overdue; in April a is open still, at the end of May it is not.
    assert_eq!(table("overdue&period=2022-03").await, [json!([0, 0, 0])]);
    assert_eq!(table("overdue&period=2022-04").await, [json!([2, 2, 2])]);
    assert_eq!(table("overdue&period=2022-05").await, [json!([1, 1, 1])]);
    assert_eq!(table("key_projects,projects_under_way&period=2022").await, [json!([2, 2, 2]), json!([2, 2, 2])]);
    assert_eq!(table("key_projects,projects_under_way&period=2021").await, [json!([1, 1, 1]), json!([1, 1, 1])]);
    let sources = county.sources("indicator=key_projects&period=2022&limit=1").await;
    let rows: Vec<Value> = sources["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!([item["record"], item["state"], item["school"]]))
        .collect();
    assert_eq!(rows, [json!(["p", "under_way", null]), json!(["q", "in_budget", ONE])]);
}

#[tokio::test]
async fn a_payment_that_is_being_recorded_is_waited_for() {
    use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
    let county = county().await;
    money(&county).await;
    let mut system = AsyncPgConnection::establish(&county.app.database.superuser_url).await.unwrap();
    // As the service records it: beside others, under the lock of the bureau that whoever reads takes alone.
    let payment = format!(
        "BEGIN;
         SELECT pg_advisory_xact_lock_shared({}, 1);
         INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, recorded_by, recorded_at)
         VALUES (1, '0006', 'guests', 2022, '{TWO}', 200, '2022-04-01', 'client:fis', clock_timestamp())",
        0x6a78_0002
    );
    system.batch_execute(&payment).await.unwrap();
    let commit = async {
        county.app.until_waiting(1).await;
        system.batch_execute("COMMIT").await.unwrap();
    };
    let (answer, ()) = tokio::join!(county.figures("indicator=three_control_rate&period=2022"), commit);
    assert_eq!(answer["items"][0]["value"], number("0.8"), "4,000 of 5,000");
}
