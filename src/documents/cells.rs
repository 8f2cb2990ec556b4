//! Cells as tables need them over and over.

use rust_decimal::Decimal;

use super::model::{Align, Cell};
use crate::platform::decimal;

impl Cell {
    /// What a column or a row is about.
    #[must_use]
    pub fn head(text: impl Into<String>) -> Self {
        Self { align: Align::Centre, bold: true, ..Self::text(text) }
    }

    /// A word or two, in the middle.
    #[must_use]
    pub fn centred(text: impl Into<String>) -> Self {
        Self { align: Align::Centre, ..Self::text(text) }
    }

    /// A number with all its decimals, and at least some; thousands are set apart: `1,300.00`.
    #[must_use]
    pub fn numeral(number: Decimal, decimals: u32) -> Self {
        let number = number.normalize();
        let decimals = number.scale().max(decimals);
        Self {
            number: Some(number),
            format: Some(format!("#,##0{}", zeros(decimals))),
            align: Align::Right,
            ..Self::text(grouped(number, decimals))
        }
    }

    /// Yuan as 10,000 yuan (万元), printed with two decimals as the official forms have them; the number keeps all of its own.
    #[must_use]
    pub fn wan(yuan: Decimal) -> Self {
        let wan = (yuan / Decimal::from(10_000)).normalize();
        Self { number: Some(wan), ..Self::numeral(decimal::round(wan, 2), 2) }
    }

    /// Something that does not apply, or is not known.
    #[must_use]
    pub fn nothing() -> Self {
        Self::centred("—")
    }

    /// A number of percent, that is, of hundredths: 83.91 is `83.91%`.
    #[must_use]
    pub fn percent(percent: Decimal) -> Self {
        let percent = percent.normalize();
        Self {
            number: Some((percent / Decimal::ONE_HUNDRED).normalize()),
            format: Some(format!("0{}%", zeros(percent.scale()))),
            align: Align::Right,
            ..Self::text(format!("{percent}%"))
        }
    }

    /// The same over several columns and rows.
    #[must_use]
    pub fn over(self, columns: u16, rows: u16) -> Self {
        Self { columns: columns.max(1), rows: rows.max(1), ..self }
    }
}

/// Rows below each other, with one head to the left of all of them.
#[must_use]
pub fn beside(head: &str, mut rows: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    let count = covered(rows.len());
    if let Some(first) = rows.first_mut() {
        first.insert(0, Cell::head(head).over(1, count));
    }
    rows
}

/// Rows with heads to their left, from the widest to the narrowest; what is the same in rows below each other stands once.
#[must_use]
pub fn under_heads<const N: usize>(rows: Vec<([String; N], Vec<Cell>)>) -> Vec<Vec<Cell>> {
    let heads: Vec<[String; N]> = rows.iter().map(|(heads, _)| heads.clone()).collect();
    let same = |one: Option<&[String; N]>, other: &[String; N], depth: usize| {
        one.is_some_and(|one| one.iter().zip(other).take(depth + 1).all(|(one, other)| one == other))
    };
    let mut shown = Vec::with_capacity(rows.len());
    for (row, (own, cells)) in rows.into_iter().enumerate() {
        let above = row.checked_sub(1).and_then(|above| heads.get(above));
        let first = own.iter().enumerate().filter(|(depth, _)| !same(above, &own, *depth));
        let head = |(depth, text): (usize, &String)| {
            let rows = heads.iter().skip(row).take_while(|next| same(Some(next), &own, depth)).count();
            Cell::centred(text.as_str()).over(1, covered(rows))
        };
        shown.push(first.map(head).chain(cells).collect());
    }
    shown
}

/// How many rows a cell covers; no table is longer.
fn covered(rows: usize) -> u16 {
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// The decimals of a format: `.00`.
fn zeros(decimals: u32) -> String {
    let zeros = (0..decimals).map(|_| '0').collect::<String>();
    if zeros.is_empty() { zeros } else { format!(".{zeros}") }
}

/// A number with so many decimals, its thousands set apart.
fn grouped(number: Decimal, decimals: u32) -> String {
    let mut padded = number;
    padded.rescale(decimals);
    let text = padded.abs().to_string();
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut digits = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            digits.push(',');
        }
        digits.push(digit);
    }
    let sign = if number.is_sign_negative() && !number.is_zero() { "-" } else { "" };
    rest.map_or_else(|| format!("{sign}{digits}"), |rest| format!("{sign}{digits}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_head_stands_once_for_the_rows_that_share_it() {
        let row = |part: &str, class: &str, name: &str| ([part.to_owned(), class.to_owned()], vec![Cell::text(name)]);
        let rows = vec![
            row("产出", "数量", "a"),
            row("产出", "数量", "b"),
            row("产出", "质量", "c"),
            row("效益", "质量", "d"),
        ];
        let shown = beside("指标", under_heads(rows));
        let written = |cells: &Vec<Cell>| {
            cells.iter().map(|cell| format!("{}{}", cell.plain(), cell.rows)).collect::<Vec<_>>().join(" ")
        };
        let written: Vec<String> = shown.iter().map(written).collect();
        assert_eq!(written, ["指标4 产出3 数量2 a1", "b1", "质量1 c1", "效益1 质量1 d1"]);
    }

    #[test]
    fn a_number_shows_all_its_decimals_and_says_so_to_spreadsheets() {
        for (number, decimals, text, format) in [
            ("0", 0, "0", "#,##0"),
            ("999", 0, "999", "#,##0"),
            ("1000", 0, "1,000", "#,##0"),
            ("-1234567.5", 2, "-1,234,567.50", "#,##0.00"),
            ("130", 2, "130.00", "#,##0.00"),
            ("0.123456", 2, "0.123456", "#,##0.000000"),
            ("-0.0", 1, "0.0", "#,##0.0"),
        ] {
            let cell = Cell::numeral(n(number), decimals);
            assert_eq!((cell.plain().as_str(), cell.format.as_deref()), (text, Some(format)), "{number}");
            assert_eq!(cell.number, Some(n(number)));
        }
        for (yuan, text) in
            [("225595745", "22,559.57"), ("240516000", "24,051.60"), ("-50", "-0.01"), ("49.99", "0.00")]
        {
            let cell = Cell::wan(n(yuan));
            assert_eq!((cell.plain().as_str(), cell.format.as_deref()), (text, Some("#,##0.00")));
            assert_eq!(cell.number, Some(n(yuan) / n("10000")), "nothing is lost");
        }
        let rate = Cell::percent(n("83.91"));
        assert_eq!(
            (rate.plain().as_str(), rate.number, rate.format.as_deref()),
            ("83.91%", Some(n("0.8391")), Some("0.00%"))
        );
        assert_eq!(Cell::percent(n("75.00")).plain(), "75%");
    }
}
