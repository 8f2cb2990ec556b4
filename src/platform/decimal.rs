//! Exact decimals: read, checked and written without binary floating point.

use rust_decimal::{Decimal, RoundingStrategy};

/// How many digits before the point are kept, as in `numeric(18, 6)`.
pub const INTEGER_DIGITS: u32 = 12;

/// How many digits after the point are kept.
pub const DECIMALS: u32 = 6;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not a decimal number.
    NotANumber,
    /// More digits than are kept, before or after the point.
    TooManyDigits,
}

/// Reads a decimal number exactly: `-12.50`, `1e3`. Trailing zeros after the point are dropped.
///
/// # Errors
/// Where it is no number, or has more than [`INTEGER_DIGITS`] or `decimals` digits that count.
pub fn parse(text: &str, decimals: u32) -> Result<Decimal, Refusal> {
    let number = if text.contains(['e', 'E']) { Decimal::from_scientific(text) } else { Decimal::from_str_exact(text) };
    let number = number.map_err(|error| match error {
        rust_decimal::Error::ErrorString(_) => Refusal::NotANumber,
        _ => Refusal::TooManyDigits,
    })?;
    let number = number.normalize();
    let limit = Decimal::from(10_u64.pow(INTEGER_DIGITS));
    if number.scale() > decimals.min(DECIMALS) || number.abs() >= limit {
        return Err(Refusal::TooManyDigits);
    }
    Ok(number)
}

/// Rounds half away from zero, as the regulations do, and drops trailing zeros.
#[must_use]
pub fn round(number: Decimal, decimals: u32) -> Decimal {
    number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_exactly_or_refused() {
        for (text, decimals, expected) in [
            ("455", 0, Ok("455")),
            ("1e3", 0, Ok("1000")),
            ("2.50", 1, Ok("2.5")),
            ("-0.000001", 6, Ok("-0.000001")),
            ("0.1234567", 6, Err(Refusal::TooManyDigits)),
            ("1.5", 0, Err(Refusal::TooManyDigits)),
            ("1000000000000", 0, Err(Refusal::TooManyDigits)),
            ("0.10000000000000000000000000000001", 6, Err(Refusal::TooManyDigits)),
            ("1,234", 0, Err(Refusal::NotANumber)),
            ("NaN", 0, Err(Refusal::NotANumber)),
            ("", 0, Err(Refusal::NotANumber)),
        ] {
            assert_eq!(parse(text, decimals).map(|number| number.to_string()), expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(round(Decimal::new(25, 1), 0), Decimal::new(3, 0));
        assert_eq!(round(Decimal::new(-25, 1), 0), Decimal::new(-3, 0));
    }
}
