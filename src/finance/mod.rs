//! Budget items, their adjustments and detailing, payments, plans, execution and reconciliation.
//!
//! A budget item carries its running totals, which change under the lock of its row and which the database itself keeps
//! from falling below zero. What they are made of only grows: entries (original budgets, adjustments, detailing) and
//! payments, each with the time at which it was recorded, so that execution can be asked as of any moment. Who changes a
//! budget takes the recording time before the locks of items, because such changes are rare; who posts payments takes it
//! after them, because those come in crowds.

mod balance;
mod classification;
mod entries;
mod execution;
mod file;
mod items;
mod money;
mod payments;
mod plans;
mod reconciliations;

use utoipa_actix_web::service_config::ServiceConfig;

pub use execution::{Funds, FundsOf, FundsQuestion, Sums, funds};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(items::http::import_budget_items)
        .service(items::http::list_budget_items)
        .service(items::http::create_budget_item)
        .service(items::http::get_budget_item)
        .service(entries::http::list_budget_entries)
        .service(entries::http::adjust_budget_item)
        .service(entries::http::detail_budget_item)
        .service(payments::http::import_payments)
        .service(payments::http::list_payments)
        .service(payments::http::post_payment)
        .service(payments::http::get_payment)
        .service(payments::http::reverse_payment)
        .service(plans::http::get_payment_plan)
        .service(plans::http::put_payment_plan)
        .service(execution::http::get_execution)
        .service(reconciliations::http::create_reconciliation)
        .service(reconciliations::http::list_reconciliations)
        .service(reconciliations::http::get_reconciliation);
}
