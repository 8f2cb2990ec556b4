//! Amounts of money: yuan with two decimals, exact from the request to the database and back.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use crate::catalogue::read_number;
use crate::platform::error::{Violation, ViolationCode};
use crate::say;

/// How many decimals are kept.
const DECIMALS: u32 = 2;

/// An amount as it is sent: a number without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Yuan(pub Decimal);

impl Serialize for Yuan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rust_decimal::serde::arbitrary_precision::serialize(&self.0.normalize(), serializer)
    }
}

impl<'de> Deserialize<'de> for Yuan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        number.to_string().parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// Reads an amount, or says what is wrong with it; nothing is rounded.
pub(super) fn read(number: &Number, pointer: &str, violations: &mut Vec<Violation>) -> Decimal {
    match read_number(&number.to_string(), DECIMALS) {
        Ok(amount) => amount,
        Err((code, message)) => {
            violations.push(Violation::new(pointer, code, message));
            Decimal::ZERO
        }
    }
}

/// As [`read`], for an amount that changes something by its sign.
pub(super) fn read_change(number: &Number, pointer: &str, violations: &mut Vec<Violation>) -> Decimal {
    let before = violations.len();
    let amount = read(number, pointer, violations);
    if amount.is_zero() && violations.len() == before {
        let message = say!("金额不能为零", "The amount cannot be zero");
        violations.push(Violation::new(pointer, ViolationCode::OutOfRange, message));
    }
    amount
}

/// As [`read`], for an amount above zero.
pub(super) fn read_positive(number: &Number, pointer: &str, violations: &mut Vec<Violation>) -> Decimal {
    let amount = read_change(number, pointer, violations);
    if amount < Decimal::ZERO {
        let message = say!("金额应大于零", "The amount must be above zero");
        violations.push(Violation::new(pointer, ViolationCode::OutOfRange, message));
    }
    amount
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, reading: fn(&Number, &str, &mut Vec<Violation>) -> Decimal) -> (String, Vec<ViolationCode>) {
        let number: Number = serde_json::from_str(text).unwrap();
        let mut violations = Vec::new();
        let amount = reading(&number, "/amount", &mut violations);
        (
            serde_json::to_string(&Yuan(amount)).unwrap(),
            violations.into_iter().map(|violation| violation.code).collect(),
        )
    }

    #[test]
    fn amounts_are_exact_or_refused() {
        assert_eq!(said("100.10", read), ("100.1".to_owned(), vec![]));
        assert_eq!(said("0.10", read_positive), ("0.1".to_owned(), vec![]));
        assert_eq!(said("-3", read_change), ("-3".to_owned(), vec![]));
        assert_eq!(said("0", read), ("0".to_owned(), vec![]));
        assert_eq!(said("0.001", read_positive).1, [ViolationCode::TooManyDigits]);
        assert_eq!(said("0.00", read_change).1, [ViolationCode::OutOfRange]);
        assert_eq!(said("-1", read_positive).1, [ViolationCode::OutOfRange]);
    }
}
