//! What happens where more is wanted than there is.

use chrono::{Datelike, NaiveDate};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use rust_decimal::Decimal;

use crate::platform::error::{AppError, Code, Violation, ViolationCode};
use crate::say;

/// 409: more than an item has left, with the item, what it has, and the excess.
pub(super) fn exceeded(pointer: &str, item: &str, available: Decimal, excess: Decimal) -> AppError {
    let (available, excess) = (available.normalize(), excess.normalize());
    let message = say!(
        "预算指标“{item}”可用余额为 {available} 元，超出 {excess} 元",
        "The budget item “{item}” has {available} yuan available, which is exceeded by {excess} yuan"
    );
    AppError::new(Code::BalanceExceeded).detail(message.clone()).with_violations(vec![Violation::new(
        pointer,
        ViolationCode::OutOfRange,
        message,
    )])
}

/// What a constraint of the database means that was run against after all.
pub(super) fn by_constraint(error: AppError) -> AppError {
    let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<DieselError>());
    let (kind, name) = match source {
        Some(DieselError::DatabaseError(kind, information)) => (kind, information.constraint_name()),
        _ => return error,
    };
    let detail = match (kind, name) {
        (DatabaseErrorKind::CheckViolation, Some("budget_items_available")) => {
            say!("超出预算指标的可用余额", "More than the budget item has available")
        }
        (DatabaseErrorKind::CheckViolation, Some("payments_reversed")) => {
            say!("红冲金额超出原支付", "More is reversed than was paid")
        }
        (DatabaseErrorKind::UniqueViolation, Some("payments_pkey")) => {
            let detail =
                say!("其中的凭证号刚刚被使用，请重发", "A voucher number was used in the same moment; send it again");
            return AppError::new(Code::AlreadyExists).detail(detail);
        }
        _ => return error,
    };
    AppError::new(Code::BalanceExceeded).detail(detail)
}

/// What is wrong with a day that has to lie in a fiscal year.
pub(super) fn outside_year(pointer: &str, day: NaiveDate, year: i32) -> Option<Violation> {
    let message = || say!("日期应在 {year} 年内", "The day must lie in {year}");
    (day.year() != year).then(|| Violation::new(pointer, ViolationCode::OutOfRange, message()))
}
