//! How Chinese documents write what machines write otherwise.

use chrono::{Datelike, NaiveDate};

/// A day, as it stands under a document: `2023年6月14日`.
#[must_use]
pub fn chinese_date(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_no_leading_zeros() {
        let date = NaiveDate::from_ymd_opt(2023, 6, 4).unwrap();
        assert_eq!(chinese_date(date), "2023年6月4日");
    }
}
