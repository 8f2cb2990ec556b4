//! Yuan with two decimals, as they are sent and shown.

use rust_decimal::Decimal;
use serde_json::Number;

use crate::catalogue::read_number;
use crate::platform::error::{Violation, ViolationCode};
use crate::say;

const DECIMALS: u32 = 2;

/// Reads an amount of nothing or more; what is wrong with it is added to the violations.
pub(super) fn read(number: &Number, pointer: &str, violations: &mut Vec<Violation>) -> Option<Decimal> {
    match read_number(&number.to_string(), DECIMALS) {
        Ok(amount) if amount >= Decimal::ZERO => return Some(amount),
        Ok(_) => violations.push(Violation::new(
            pointer,
            ViolationCode::OutOfRange,
            say!("金额不得小于 0", "An amount is not less than 0"),
        )),
        Err((code, message)) => violations.push(Violation::new(pointer, code, message)),
    }
    None
}
