//! The ledger held against a naive model: histories of several clerks at once.
//!
//! Each clerk does what chance has them do, all of them to the same few items. What the service acknowledged is told to
//! the model, in whatever order: what was acknowledged has to add up, whoever was first.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{ITEMS, PAYMENTS, enter, item, lump, payment};
use crate::support::{Client, SCHOOL, SIBLING, TestApp};

const CLERKS: usize = 4;
const STEPS: usize = 20;
const HISTORIES: usize = 6;

/// Something that a clerk does; amounts are in fen.
#[derive(Debug, Clone)]
enum Step {
    Pay { account: usize, voucher: usize, amount: i64 },
    Reverse { voucher: usize, amount: i64 },
    Adjust { account: usize, amount: i64 },
    Detail { child: usize, amount: i64 },
    Import { account: usize, vouchers: Vec<usize>, amount: i64 },
}

/// The items from which is paid: two that are entered, and two out of the lump.
const ACCOUNTS: [&str; 4] = ["a", "b", "l-0", "l-1"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = 1..6000_i64;
    let step = prop_oneof![
        5 => (0..4_usize, 0..60_usize, amount.clone())
            .prop_map(|(account, voucher, amount)| Step::Pay { account, voucher, amount }),
        3 => (0..60_usize, amount.clone()).prop_map(|(voucher, amount)| Step::Reverse { voucher, amount }),
        2 => (0..2_usize, -6000..6000_i64).prop_map(|(account, amount)| Step::Adjust { account, amount }),
        3 => (0..2_usize, -4000..6000_i64).prop_map(|(child, amount)| Step::Detail { child, amount }),
        1 => (0..4_usize, proptest::collection::vec(0..60_usize, 1..5), amount)
            .prop_map(|(account, vouchers, amount)| Step::Import { account, vouchers, amount }),
    ];
    proptest::collection::vec(step, STEPS)
}

fn yuan(fen: i64) -> Value {
    serde_json::from_str(&format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100))
        .unwrap()
}

/// What was acknowledged, in fen.
#[derive(Debug, Default)]
struct Acknowledged {
    adjusted: BTreeMap<&'static str, i64>,
    detailed: BTreeMap<&'static str, i64>,
    /// Voucher → item and amount; of reversals negative.
    payments: BTreeMap<String, (String, i64)>,
    refused: usize,
}

/// Sends until the service is not busy.
async fn send(client: &Client, path: &str, body: &Value) -> (u16, Value) {
    loop {
        let answer = client.post(path, body).await;
        match answer.status.as_u16() {
            503 => {}
            status => return (status, serde_json::from_str(&answer.text).unwrap()),
        }
    }
}

async fn work(clerk: usize, client: Client, steps: Vec<Step>) -> Acknowledged {
    let mut done = Acknowledged::default();
    for (number, step) in steps.into_iter().enumerate() {
        let (path, body) = request(clerk, number, &step);
        if let Step::Import { account, vouchers, amount } = &step {
            import(&client, *account, vouchers, *amount).await;
            continue;
        }
        let (status, answer) = send(&client, &path, &body).await;
        assert!([200, 201, 404, 409, 422].contains(&status), "{step:?}: {status} {answer}");
        if status >= 400 {
            done.refused += 1;
            continue;
        }
        match step {
            Step::Adjust { account, amount } => *done.adjusted.entry(ACCOUNTS[account]).or_default() += amount,
            Step::Detail { child, amount } => *done.detailed.entry(ACCOUNTS[2 + child]).or_default() += amount,
            Step::Pay { account, amount, .. } => {
                let voucher = body["voucher"].as_str().unwrap().to_owned();
                done.payments.insert(voucher, (ACCOUNTS[account].to_owned(), amount));
            }
            Step::Reverse { amount, .. } => {
                let voucher = body["voucher"].as_str().unwrap().to_owned();
                done.payments.insert(voucher, (answer["item"].as_str().unwrap().to_owned(), -amount));
            }
            Step::Import { .. } => {}
        }
    }
    done
}

fn request(clerk: usize, number: usize, step: &Step) -> (String, Value) {
    match step {
        Step::Pay { account, voucher, amount } => {
            let mut body = payment(&format!("V{voucher}"), ACCOUNTS[*account], 0.0);
            body["amount"] = yuan(*amount);
            (PAYMENTS.to_owned(), body)
        }
        Step::Reverse { voucher, amount } => (
            format!("{PAYMENTS}/V{voucher}/reversals"),
            json!({"voucher": format!("R{clerk}-{number}"), "amount": yuan(*amount), "paid_on": "2022-06-01", "reason": "r"}),
        ),
        Step::Adjust { account, amount } => (
            format!("{ITEMS}/{}/adjustments", ACCOUNTS[*account]),
            json!({"amount": yuan(*amount), "document": "d", "reason": "r", "day": "2022-06-01"}),
        ),
        Step::Detail { child, amount } => (
            format!("{ITEMS}/l/details"),
            json!({"day": "2022-02-01", "items": [{"code": ACCOUNTS[2 + child], "amount": yuan(*amount)}]}),
        ),
        Step::Import { .. } => (String::new(), Value::Null),
    }
}

/// A file of payments and a reversal among them; rows that cannot be are left out.
async fn import(client: &Client, account: usize, vouchers: &[usize], amount: i64) {
    let mut rows = Vec::new();
    for voucher in vouchers {
        let mut row = payment(&format!("V{voucher}"), ACCOUNTS[account], 0.0);
        row["amount"] = yuan(amount);
        rows.push(row);
    }
    let back = json!({"voucher": format!("I{account}-{amount}-{}", vouchers[0]), "reverses": format!("V{}", vouchers[0]),
        "amount": yuan(amount / 2 + 1), "paid_on": "2022-06-01"});
    rows.push(back);
    let file = rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let path = format!("{PAYMENTS}/import?atomic=false");
    loop {
        let answer = client
            .send_raw(reqwest::Method::POST, &path, Some(("application/x-ndjson", file.clone().into_bytes())))
            .await;
        match answer.status.as_u16() {
            200 => return,
            // Somebody was quicker with a voucher: the file is sent again.
            409 | 503 => {}
            status => panic!("{status} {}", answer.text),
        }
    }
}

/// Items whose running totals are not the sum of what they are made of, or break a rule.
const BROKEN: &str = "
    SELECT coalesce(json_agg(i.item), '[]') FROM budget_items AS i
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount) FILTER (WHERE kind = 'original'), 0) AS original,
            coalesce(sum(amount) FILTER (WHERE kind = 'adjustment'), 0) AS adjusted,
            coalesce(sum(amount) FILTER (WHERE kind = 'received'), 0) AS received,
            coalesce(sum(amount) FILTER (WHERE kind = 'detailed'), 0) AS detailed,
            count(*) AS entries, max(entry) AS last
        FROM budget_entries AS e WHERE e.bureau_id = i.bureau_id AND e.item = i.item
    ) AS e
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0) AS paid FROM payments AS p WHERE p.bureau_id = i.bureau_id AND p.item = i.item
    ) AS p
    WHERE (i.original, i.adjusted, i.received, i.detailed, i.paid) IS DISTINCT FROM
              (e.original, e.adjusted, e.received, e.detailed, p.paid)
       OR i.original + i.adjusted + i.received - i.detailed - i.paid < 0
       OR i.detailed <> (SELECT coalesce(sum(received), 0) FROM budget_items AS c WHERE c.parent = i.item)
       OR e.entries <> coalesce(e.last, 0)";

/// Payments of which more was reversed than was paid, or not what their reversals come to; and what the journal lacks.
const BROKEN_PAYMENTS: &str = "
    SELECT coalesce(json_agg(p.voucher), '[]') FROM payments AS p
    WHERE p.reversed > greatest(p.amount, 0)
       OR p.reversed <> (SELECT coalesce(-sum(amount), 0) FROM payments AS r WHERE r.reverses = p.voucher)
       OR 1 <> (SELECT count(*) FROM journal WHERE subject_type = 'payment' AND subject = p.voucher)";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_several_clerks_do_at_once_the_ledger_adds_up() {
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..HISTORIES {
        let app = TestApp::with_catalogue().await;
        let finance = app.log_in("finance").await;
        enter(&finance, &item("a", 100.0, &json!({}))).await;
        enter(&finance, &item("b", 60.0, &json!({"organisation": SIBLING}))).await;
        enter(&finance, &lump("l", 120.0)).await;
        let parts = json!({"day": "2022-02-01", "items": [
            {"code": "l-0", "organisation": SCHOOL, "amount": 20}, {"code": "l-1", "organisation": SIBLING, "amount": 20}]});
        finance.post(&format!("{ITEMS}/l/details"), &parts).await.expect(200);
        let clerks = (0..CLERKS).map(|clerk| {
            let steps = steps().new_tree(&mut runner).expect("steps").current();
            tokio::spawn(work(clerk, finance.clone(), steps))
        });
        let mut all = Acknowledged::default();
        for clerk in clerks.collect::<Vec<_>>() {
            let done = clerk.await.expect("a clerk");
            for (item, amount) in done.adjusted {
                *all.adjusted.entry(item).or_default() += amount;
            }
            for (item, amount) in done.detailed {
                *all.detailed.entry(item).or_default() += amount;
            }
            for (voucher, said) in done.payments {
                // Several may have sent the same payment: then they were told the same.
                assert_eq!(all.payments.insert(voucher, said.clone()).unwrap_or(said.clone()), said);
            }
            all.refused += done.refused;
        }
        assert_eq!(app.query(BROKEN).await, json!([]));
        assert_eq!(app.query(BROKEN_PAYMENTS).await, json!([]));
        holds_what_was_acknowledged(&app, &all).await;
        assert!(all.refused > 0 && !all.payments.is_empty(), "chance tried nothing: {all:?}");
    }
}

/// Compares the database with the model.
async fn holds_what_was_acknowledged(app: &TestApp, all: &Acknowledged) {
    let stored = app
        .query("SELECT json_object_agg(item, json_build_array((adjusted * 100)::bigint, (received * 100)::bigint)) FROM budget_items")
        .await;
    let of = |amounts: &BTreeMap<&'static str, i64>, item: &str| amounts.get(item).copied().unwrap_or_default();
    for account in ACCOUNTS {
        let received = if account.starts_with('l') { 2000 + of(&all.detailed, account) } else { 0 };
        assert_eq!(stored[account], json!([of(&all.adjusted, account), received]), "{account}");
    }
    let payments = app
        .query("SELECT coalesce(json_object_agg(voucher, json_build_array(item, (amount * 100)::bigint)), '{}') FROM payments")
        .await;
    for (voucher, (item, amount)) in &all.payments {
        assert_eq!(payments[voucher], json!([item, amount]), "{voucher}");
    }
}
