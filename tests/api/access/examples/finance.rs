//! A budget item of the first school with a payment and a plan, a lump, and a reconciliation.

use serde_json::json;

use super::{FILE, Request, file_request, json_request};
use crate::support::{SCHOOL, TestApp};

/// The budget item that exists.
pub const ITEM: &str = "item-1";
/// The lump that exists.
const LUMP: &str = "lump-1";
/// The payment that exists.
pub const VOUCHER: &str = "voucher-1";

/// The item of which an operation speaks.
pub fn item(operation: &str) -> &'static str {
    if operation == "detail_budget_item" { LUMP } else { ITEM }
}

/// All of it, entered by nobody who asks here.
pub async fn prepare_things(app: &TestApp) {
    app.execute(&format!(
        "INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, school, name, function, economic,
             government_economic, fund, source, is_procurement, original, recorded_by, recorded_at)
             SELECT 1, item, 2022, is_lump, organisation, school, '公用经费', '2050202', '30201', '50502', 'general', 'initial',
                    false, 1000000, 'user:somebody', '2022-01-01'
             FROM (VALUES ('{ITEM}', false, '{SCHOOL}', '{SCHOOL}'), ('{LUMP}', true, 'finance', NULL))
                 AS items (item, is_lump, organisation, school);
         INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, recorded_by, recorded_at)
             SELECT 1, item, 1, 2022, school, 'original', 1000000, '2022-01-01', 'user:somebody', '2022-01-01' FROM budget_items;
         INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, payment_type, recorded_by, recorded_at)
             VALUES (1, '{VOUCHER}', '{ITEM}', 2022, '{SCHOOL}', 1000, '2022-02-01', 'treasury', 'user:somebody', '2022-02-01');
         UPDATE budget_items SET paid = 1000 WHERE item = '{ITEM}';
         INSERT INTO payment_plans (bureau_id, item, revision, school, months, recorded_by, recorded_at)
             VALUES (1, '{ITEM}', 1, '{SCHOOL}', '{{0,0,0,0,0,0,0,0,0,0,0,0}}', 'user:somebody', '2022-01-01');
         INSERT INTO reconciliations VALUES (1, '{FILE}', 2022, '2022-05-31', 0,
             '{{\"different\": [], \"only_here\": [], \"only_there\": []}}', 'user:somebody', '2022-06-01')"
    ))
    .await;
}

/// Query and body of an operation.
pub fn request(operation: &str) -> Option<Request> {
    let item = json!({"code": "item-2", "year": 2022, "organisation": SCHOOL, "name": "设备", "function": "2050202",
        "economic": "31002", "government_economic": "50601", "fund": "general", "source": "initial", "original": 5});
    let payment =
        json!({"voucher": "voucher-2", "item": ITEM, "amount": 1, "paid_on": "2022-05-18", "payment_type": "treasury"});
    Some(match operation {
        "list_budget_items"
        | "get_budget_item"
        | "list_budget_entries"
        | "list_payments"
        | "get_payment"
        | "get_payment_plan"
        | "list_reconciliations"
        | "get_reconciliation" => ("", None),
        "get_execution" => ("?year=2022", None),
        "create_budget_item" => json_request("", &item),
        "import_budget_items" => file_request("application/x-ndjson", item.to_string()),
        "adjust_budget_item" => {
            json_request("", &json!({"amount": 1, "document": "文", "reason": "追加", "day": "2022-06-15"}))
        }
        "detail_budget_item" => {
            let part = json!({"code": "lump-1-1", "organisation": SCHOOL, "amount": 1});
            json_request("", &json!({"day": "2022-03-10", "items": [part]}))
        }
        "post_payment" => json_request("", &payment),
        "reverse_payment" => {
            json_request("", &json!({"voucher": "reversal-1", "amount": 1, "paid_on": "2022-06-02", "reason": "退款"}))
        }
        "import_payments" => file_request("application/x-ndjson", payment.to_string()),
        "put_payment_plan" => json_request("", &json!({"months": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]})),
        "create_reconciliation" => json_request("", &json!({"year": 2022, "until": "2022-05-31", "totals": []})),
        _ => return None,
    })
}
