//! A whole sheet: what its rows come to.

use rust_decimal::Decimal;

use super::framework::FrameworkPart;

/// A row of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The part that it belongs to.
    pub part: FrameworkPart,
    /// The most that it can score.
    pub weight: Decimal,
    /// What it scored; none where that is not known yet.
    pub score: Option<Decimal>,
}

/// What some rows come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Subtotal {
    /// The most that they can score.
    pub weight: Decimal,
    /// What they scored, as far as it is known.
    pub score: Decimal,
    /// How many have no score yet.
    pub open: usize,
}

impl Subtotal {
    fn add(&mut self, row: &Row) {
        self.weight += row.weight;
        self.score += row.score.unwrap_or_default();
        self.open += usize::from(row.score.is_none());
    }
}

/// What a sheet comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// By part, in the order of the framework.
    pub parts: [(FrameworkPart, Subtotal); 4],
    /// All together.
    pub total: Subtotal,
}

/// Adds up the rows of a sheet.
#[must_use]
pub fn totals(rows: impl IntoIterator<Item = Row>) -> Totals {
    let parts = FrameworkPart::ALL.map(|part| (part, Subtotal::default()));
    let mut totals = Totals { parts, total: Subtotal::default() };
    for row in rows {
        totals.total.add(&row);
        for (_, subtotal) in totals.parts.iter_mut().filter(|(part, _)| *part == row.part) {
            subtotal.add(&row);
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::n;
    use super::*;

    #[test]
    fn a_sheet_adds_up_by_part_and_as_a_whole() {
        let rows = [
            (FrameworkPart::Execution, "10", Some("8.39")),
            (FrameworkPart::Output, "30", Some("30")),
            (FrameworkPart::Output, "20", Some("16.67")),
            (FrameworkPart::Benefit, "30", None),
            (FrameworkPart::Satisfaction, "10", Some("9.5")),
        ]
        .map(|(part, weight, score)| Row { part, weight: n(weight), score: score.map(n) });
        let Totals { parts, total } = totals(rows);
        let shown = parts.map(|(_, subtotal)| (subtotal.weight, subtotal.score, subtotal.open));
        let expected = [("10", "8.39", 0), ("50", "46.67", 0), ("30", "0", 1), ("10", "9.5", 0)];
        assert_eq!(shown, expected.map(|(weight, score, open)| (n(weight), n(score), open)));
        assert_eq!(total, Subtotal { weight: n("100"), score: n("64.56"), open: 1 });
    }
}
