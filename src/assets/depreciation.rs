//! Straight-line depreciation by month. Pure; `report/report.sql` computes the same for many cards at once.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;

use crate::platform::decimal;

/// Years over which each category is depreciated.
pub(super) type Lives = BTreeMap<String, u32>;

/// What stands in the books of an asset on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Book {
    /// Whether it was held on the day: acquired, and not written off.
    pub held: bool,
    /// Months for which it was depreciated.
    pub months: u32,
    /// What is charged in the month of the day; nothing after its life.
    pub monthly: Decimal,
    pub accumulated: Decimal,
    pub net: Decimal,
}

/// What an asset cost, when it was acquired, and when it was written off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub value: Decimal,
    pub acquired_on: NaiveDate,
    pub deregistered_on: Option<NaiveDate>,
}

/// The books of an asset with a life, in years, at the end of a day; without a life it is not depreciated.
///
/// The month of acquisition is charged, and the month in which it is written off is not.
pub(super) fn book(cost: Cost, life: Option<u32>, on: NaiveDate) -> Book {
    let Cost { value, acquired_on, deregistered_on } = cost;
    let life = life.unwrap_or_default().saturating_mul(12);
    let written_off = deregistered_on.filter(|day| *day <= on);
    let last = match written_off {
        Some(day) => month_before(day),
        None => month_of(on),
    };
    let months = charged(acquired_on, last).min(life);
    let before = months.saturating_sub(1);
    let is_charged = written_off.is_none() && months > 0 && charged(acquired_on, last) <= life;
    let so_far = accumulated(value, months, life);
    Book {
        held: acquired_on <= on && written_off.is_none(),
        months,
        monthly: if is_charged { so_far - accumulated(value, before, life) } else { Decimal::ZERO },
        accumulated: so_far,
        net: value - so_far,
    }
}

/// Depreciation over some months of a life: value × months ÷ life, rounded half up, so that the charges of all months
/// add up to the value exactly.
pub(super) fn accumulated(value: Decimal, months: u32, life: u32) -> Decimal {
    if life == 0 {
        return Decimal::ZERO;
    }
    decimal::round(value * Decimal::from(months.min(life)) / Decimal::from(life), 2)
}

/// Months from the one of acquisition up to another one, both counted.
fn charged(acquired_on: NaiveDate, last: i32) -> u32 {
    u32::try_from(last - month_of(acquired_on) + 1).unwrap_or_default()
}

/// The months since the year 0.
fn month_of(day: NaiveDate) -> i32 {
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or_default()
}

fn month_before(day: NaiveDate) -> i32 {
    let first = day.with_day(1).unwrap_or(day);
    month_of(first.checked_sub_days(Days::new(1)).unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn amount(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn of(value: &str, acquired_on: &str, deregistered_on: Option<&str>) -> Cost {
        Cost { value: amount(value), acquired_on: day(acquired_on), deregistered_on: deregistered_on.map(day) }
    }

    #[test]
    fn each_month_from_that_of_acquisition_is_charged_for_as_long_as_it_lives() {
        for (value, acquired_on, life, on, months, monthly, accumulated, net) in [
            // The first month, from its first day to its last.
            ("7200", "2020-01-31", Some(6), "2020-01-31", 1, "100", "100", "7100"),
            ("7200", "2020-01-01", Some(6), "2020-01-31", 1, "100", "100", "7100"),
            ("7200", "2020-01-31", Some(6), "2020-02-01", 2, "100", "200", "7000"),
            // The last month, and after it.
            ("7200", "2020-01-31", Some(6), "2025-12-01", 72, "100", "7200", "0"),
            ("7200", "2020-01-31", Some(6), "2026-01-01", 72, "0", "7200", "0"),
            ("7200", "2020-01-31", Some(6), "2099-01-01", 72, "0", "7200", "0"),
            // Before it was acquired.
            ("7200", "2020-02-01", Some(6), "2020-01-31", 0, "0", "0", "7200"),
            ("0", "2020-01-01", Some(6), "2023-01-01", 37, "0", "0", "0"),
            // What has no life keeps its value.
            ("7200", "2020-01-01", None, "2023-01-01", 0, "0", "0", "7200"),
            ("7200", "2020-01-01", Some(0), "2023-01-01", 0, "0", "0", "7200"),
            // A leap day.
            ("7200", "2020-02-29", Some(1), "2020-02-29", 1, "600", "600", "6600"),
            ("7200", "2020-02-29", Some(1), "2021-01-31", 12, "600", "7200", "0"),
            ("7200", "2020-02-29", Some(1), "2021-02-28", 12, "0", "7200", "0"),
            // 100 ÷ 72 = 1.3888…; 0.01 is charged when half of it is due.
            ("100", "2020-01-01", Some(6), "2020-01-01", 1, "1.39", "1.39", "98.61"),
            ("100", "2020-01-01", Some(6), "2020-02-01", 2, "1.39", "2.78", "97.22"),
            ("100", "2020-01-01", Some(6), "2020-03-01", 3, "1.39", "4.17", "95.83"),
            ("100", "2020-01-01", Some(6), "2020-05-01", 5, "1.38", "6.94", "93.06"),
            ("0.01", "2020-01-01", Some(1), "2020-05-31", 5, "0", "0", "0.01"),
            ("0.01", "2020-01-01", Some(1), "2020-06-01", 6, "0.01", "0.01", "0"),
        ] {
            let found = book(of(value, acquired_on, None), life, day(on));
            let expected = Book {
                held: day(acquired_on) <= day(on),
                months,
                monthly: amount(monthly),
                accumulated: amount(accumulated),
                net: amount(net),
            };
            assert_eq!(found, expected, "{value} of {acquired_on} over {life:?} years on {on}");
        }
    }

    #[test]
    fn the_month_in_which_it_is_written_off_is_not_charged() {
        let cost = of("7200", "2020-01-15", Some("2020-04-30"));
        let books = |on| {
            let Book { held, months, monthly, accumulated, .. } = book(cost, Some(6), day(on));
            (held, months, monthly.to_string(), accumulated.to_string())
        };
        assert_eq!(books("2020-04-29"), (true, 4, "100".to_owned(), "400".to_owned()));
        assert_eq!(books("2020-04-30"), (false, 3, "0".to_owned(), "300".to_owned()));
        assert_eq!(books("2024-01-01"), (false, 3, "0".to_owned(), "300".to_owned()));
        let at_once = of("7200", "2020-01-15", Some("2020-01-15"));
        assert_eq!(book(at_once, Some(6), day("2020-01-15")).accumulated, Decimal::ZERO);
    }

    proptest! {
        #[test]
        fn the_charges_of_all_months_add_up_to_the_value(cents in 0_i64..100_000_000_000_000, life in 1_u32..=70) {
            let value = Decimal::new(cents, 2);
            let charge = |month| accumulated(value, month, life * 12) - accumulated(value, month - 1, life * 12);
            let all: Decimal = (1..=life * 12).map(charge).sum();
            prop_assert_eq!(all, value);
            prop_assert!((1..=life * 12).all(|month| charge(month) >= Decimal::ZERO));
        }
    }
}
