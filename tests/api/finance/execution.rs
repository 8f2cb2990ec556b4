//! Execution, broken down, and what is not known of it.

use serde_json::{Value, json};

use super::{ITEMS, PAYMENTS, enter, item, lump, pay, payment, project};
use crate::support::{Client, SCHOOL, SIBLING, TestApp};

const EXECUTION: &str = "/v1/finance/execution";

/// Two schools, a project, a lump that is partly detailed, payments in March and May, and a plan.
async fn county() -> (TestApp, Client) {
    let app = TestApp::with_catalogue().await;
    project(&app, "p1", "under_way").await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({"project": "p1"}))).await;
    enter(&finance, &item("b", 50.0, &json!({"organisation": SIBLING, "source": "carried_over", "economic": "30201"})))
        .await;
    enter(&finance, &lump("l", 80.0)).await;
    let parts = json!({"day": "2022-02-01", "items": [{"code": "l-1", "organisation": SCHOOL, "amount": 30}]});
    finance.post(&format!("{ITEMS}/l/details"), &parts).await.expect(200);
    let adjustment = json!({"amount": 20, "document": "d", "reason": "r", "day": "2022-04-01"});
    finance.post(&format!("{ITEMS}/a/adjustments"), &adjustment).await.expect(200);
    finance.put(&format!("{ITEMS}/a/plan"), &json!({ "months": vec![10; 12] })).await.expect(201);
    for (voucher, item, amount, day) in
        [("1", "a", 24.0, "2022-03-15"), ("2", "l-1", 10.0, "2022-05-20"), ("3", "a", 12.0, "2022-05-31")]
    {
        let mut body = payment(voucher, item, amount);
        body["paid_on"] = json!(day);
        pay(&finance, &body).await;
    }
    let reversal = json!({"voucher": "4", "amount": 6, "paid_on": "2022-05-31", "reason": "退款"});
    finance.post(&format!("{PAYMENTS}/1/reversals"), &reversal).await.expect(201);
    (app, finance)
}

/// Some fields of each row.
fn rows(execution: &Value, fields: &[&str]) -> Vec<Value> {
    let row = |row: &Value| Value::Array(fields.iter().map(|field| row[field].clone()).collect());
    execution["items"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn execution_is_told_by_organisation_with_a_total() {
    let (_app, finance) = county().await;
    let execution = finance.get(&format!("{EXECUTION}?year=2022&until=2022-05-31&by=organisation")).await.expect(200);
    assert_eq!(
        rows(
            &execution,
            &["key", "name", "original", "adjusted", "received", "detailed", "budget", "executed", "rate", "available"]
        ),
        [
            json!([SCHOOL, "第一小学", 100, 20, 30, 0, 150, 40, 0.2667, 110]),
            json!([SIBLING, "第二小学", 50, 0, 0, 0, 50, 0, 0, 50]),
            json!(["finance", "财务科", 80, 0, 0, 30, 50, 0, 0, 50]),
        ]
    );
    assert_eq!(
        rows(&execution, &["undetailed", "items", "planned_items", "planned", "progress", "missing"]),
        [
            // Of the items that have a plan, 30 were executed of 50.
            json!([0, 2, 1, 50, 0.6, []]),
            json!([0, 1, 0, null, null, ["nothing_paid", "no_plan"]]),
            json!([50, 1, 0, null, null, ["nothing_paid", "no_plan"]]),
        ]
    );
    let total = &execution["total"];
    assert_eq!((&total["budget"], &total["original"], &total["executed"]), (&json!(250), &json!(230), &json!(40)));
    assert_eq!((&total["rate"], &total["undetailed"], &total["key"]), (&json!(0.16), &json!(50), &json!(null)));
    assert_eq!(execution["months_not_in"], json!(["2022-01", "2022-02", "2022-04"]));
}

#[tokio::test]
async fn execution_is_told_by_whatever_classifies_items() {
    let (_app, finance) = county().await;
    let by = async |by: &str| {
        let execution = finance.get(&format!("{EXECUTION}?year=2022&by={by}")).await.expect(200);
        assert_eq!(execution["total"]["budget"], 250, "{by}");
        rows(&execution, &["key", "name", "budget", "executed"])
    };
    assert_eq!(by("project").await, [json!(["p1", "项目p1", 120, 30]), json!([null, null, 130, 10])]);
    assert_eq!(by("function").await, [json!(["2050202", "小学教育", 250, 40])]);
    assert_eq!(by("economic").await, [json!(["30201", "办公费", 50, 0]), json!(["31002", "办公设备购置", 200, 40])]);
    assert_eq!(by("government_economic").await, [json!(["50601", "资本性支出", 250, 40])]);
    assert_eq!(by("fund").await, [json!(["general", "一般公共预算", 250, 40])]);
    assert_eq!(
        by("source").await,
        [json!(["carried_over", "上年结转", 50, 0]), json!(["initial", "年初预算", 200, 40])]
    );
    let narrow = finance.get(&format!("{EXECUTION}?year=2022&by=source&organisation={SIBLING}")).await.expect(200);
    assert_eq!(rows(&narrow, &["key", "budget"]), [json!(["carried_over", 50])]);
    let narrow = finance.get(&format!("{EXECUTION}?year=2022&by=organisation&project=p1")).await.expect(200);
    assert_eq!((rows(&narrow, &["budget"]), &narrow["total"]["budget"]), (vec![json!([120])], &json!(120)));
}

#[tokio::test]
async fn a_month_without_payments_is_said_to_be_missing_and_not_zero() {
    let (_app, finance) = county().await;
    let path = format!("{EXECUTION}?year=2022&until=2022-06-30&by=month");
    let execution = finance.get(&path).await.expect(200);
    assert_eq!(
        rows(&execution, &["key", "executed", "planned", "progress", "available", "missing"]),
        [
            json!(["2022-01", null, 10, null, 250, ["payments_not_in"]]),
            json!(["2022-02", null, 10, null, 250, ["payments_not_in"]]),
            json!(["2022-03", 24, 10, 2.4, 226, []]),
            json!(["2022-04", null, 10, null, 226, ["payments_not_in"]]),
            json!(["2022-05", 16, 10, 0.6, 210, []]),
            json!(["2022-06", null, 10, null, 210, ["payments_not_in"]]),
        ]
    );
    // Others paid in these months: so this one did not.
    let sibling = finance.get(&format!("{path}&organisation={SIBLING}")).await.expect(200);
    assert_eq!(
        rows(&sibling, &["key", "executed", "rate", "missing"])[2],
        json!(["2022-03", 0, 0, ["nothing_paid", "no_plan"]])
    );
    // Nothing at all is in.
    let early = finance.get(&format!("{EXECUTION}?year=2022&until=2022-02-28")).await.expect(200);
    assert_eq!(
        json!([early["total"]["executed"], early["total"]["rate"], early["total"]["missing"]]),
        json!([null, null, ["payments_not_in"]])
    );
    // No budget, hence no rate.
    let none = finance.get(&format!("{EXECUTION}?year=2023")).await.expect(200);
    assert_eq!(none["items"], json!([]));
    assert_eq!(none["total"]["missing"], json!(["no_budget", "payments_not_in", "no_plan"]));
    assert_eq!(none["until"], "2023-12-31");
}

#[tokio::test]
async fn a_school_is_told_its_own_and_a_past_moment_what_was_known_then() {
    let (app, finance) = county().await;
    let path = format!("{EXECUTION}?year=2022&until=2022-12-31&by=project");
    let before = finance.get(&path).await.expect(200);
    let principal = app.log_in("principal").await.get(&format!("{EXECUTION}?year=2022")).await.expect(200);
    assert_eq!(rows(&principal, &["key", "budget", "executed"]), [json!([SCHOOL, 150, 40])]);
    assert_eq!(principal["total"]["budget"], 150);

    pay(&finance, &payment("9", "a", 5.0)).await;
    let adjustment = json!({"amount": -7, "document": "d", "reason": "r", "day": "2022-04-01"});
    finance.post(&format!("{ITEMS}/a/adjustments"), &adjustment).await.expect(200);
    finance.with("if-match", "*").put(&format!("{ITEMS}/a/plan"), &json!({ "months": vec![1; 12] })).await.expect(200);
    enter(&finance, &item("z", 5.0, &json!({}))).await;
    let after = finance.get(&path).await.expect(200);
    assert_eq!(rows(&after, &["budget", "executed", "planned"])[0], json!([113, 35, 12]));
    let moment = before["as_of"].as_str().unwrap();
    assert_eq!(finance.get(&format!("{path}&as_of={moment}")).await.expect(200), before);

    let wrong = finance.get(&format!("{EXECUTION}?year=2022&until=2023-01-01")).await;
    assert_eq!(wrong.problem(422, "validation_failed"), ["?until out_of_range"]);
    let wrong = finance.get(&format!("{EXECUTION}?year=2022&as_of=2999-01-01T00:00:00Z")).await;
    assert_eq!(wrong.problem(422, "validation_failed"), ["?as_of out_of_range"]);
    finance.get(&format!("{EXECUTION}?year=99999999")).await.problem(400, "invalid_parameter");
    finance.get(EXECUTION).await.problem(400, "invalid_parameter");
    finance.get(&format!("{EXECUTION}?year=2022&by=colour")).await.problem(400, "invalid_parameter");
}

#[tokio::test]
async fn funds_are_told_by_origin_for_all_projects_at_once() {
    use chrono::NaiveDate;
    use jixiao::finance::{Funds, FundsOf, FundsQuestion, funds};
    use jixiao::platform::access::Scope;
    use rust_decimal::Decimal;

    let (app, _finance) = county().await;
    let scope = Scope::system(1, "test");
    let told = async |of: FundsOf| -> Vec<(String, Funds)> {
        let read = async |tx: &mut jixiao::platform::db::Tx| {
            let catalogue = app.app.catalogues.current(tx, &scope).await?;
            let until = NaiveDate::from_ymd_opt(2022, 5, 30).expect("a day");
            let policy = &catalogue.policy(until).expect("a policy").finance;
            funds(tx, &scope, policy, &FundsQuestion { year: 2022, until, as_of: tx.now(), of }).await
        };
        app.app.db.read(&scope, read).await.expect("funds").into_iter().collect()
    };
    let number = |number: i64| Decimal::from(number);
    let projects = told(FundsOf::Projects).await;
    let (project, of_project) = &projects[0];
    assert_eq!((projects.len(), project.as_str()), (1, "p1"));
    let total = of_project.total;
    assert_eq!((total.original, total.budget, total.executed), (number(100), number(120), number(24)));
    assert_eq!((of_project.current, of_project.carried_over.budget), (total, number(0)));
    let organisations = told(FundsOf::Organisations).await;
    let budgets: Vec<_> = organisations.iter().map(|(code, funds)| (code.as_str(), funds.total.budget)).collect();
    assert_eq!(budgets, [(SCHOOL, number(150)), (SIBLING, number(50)), ("finance", number(50))]);
    let whole = told(FundsOf::Whole).await.remove(0).1;
    assert_eq!(
        (whole.total.budget, whole.carried_over.budget, whole.total.executed),
        (number(250), number(50), number(34))
    );
}
