//! Grades: how good a total is.

use rust_decimal::Decimal;

use crate::catalogue::document::{Grade, GradeBand};

/// The grade of a total. What lies below every bound has the last grade.
#[must_use]
pub fn grade(bands: &[GradeBand], total: Decimal) -> Grade {
    let reached = bands.iter().find(|band| total >= Decimal::from(band.from));
    reached.or(bands.last()).map_or(Grade::Poor, |band| band.grade)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{n, scoring};
    use super::*;

    #[test]
    fn bounds_belong_to_the_better_grade() {
        for (total, expected) in [
            ("100", Grade::Excellent),
            ("90", Grade::Excellent),
            ("89.99", Grade::Good),
            ("80", Grade::Good),
            ("79.99", Grade::Fair),
            ("60", Grade::Fair),
            ("59.99", Grade::Poor),
            ("0", Grade::Poor),
            ("-1", Grade::Poor),
        ] {
            assert_eq!(grade(&scoring().grades, n(total)), expected, "{total}");
        }
        // Another jurisdiction draws other bounds.
        let others = [(Grade::Excellent, 80), (Grade::Good, 70), (Grade::Fair, 60), (Grade::Poor, 0)];
        let others = others.map(|(grade, from)| GradeBand { grade, from });
        assert_eq!(grade(&others, n("80")), Grade::Excellent);
        assert_eq!(grade(&others, n("79.99")), Grade::Good);
        assert_eq!(grade(&[], n("100")), Grade::Poor);
    }
}
