//! How wide the columns of a table are: as the table wants it, but so that no number in it is broken over lines.

use unicode_width::UnicodeWidthStr;

use super::grid::{Place, columns, filled, width};
use super::model::{Cell, Table};

/// How wide characters are at most in the fonts that tables are set in, in hundredths of their size: a Chinese one, a sign that
/// is wider than a digit, and any other.
const FULL: u32 = 100;
const WIDE_SIGN: u32 = 95;
const NARROW: u32 = 58;

/// How many Chinese characters a column of words has room for at least, where it says as many.
const WORDS: u32 = 2;

/// The longest number that is kept whole, in characters.
const LONGEST: u32 = 24;

/// What is left free beside the text of a cell, on both sides together, in points.
const BESIDE: u32 = 9;

/// Sizes of the text in tables, by how wide their columns are on average; in points, and tenths of points.
const SIZES: [(u32, u32); 4] = [(70, 120), (42, 105), (0, 90), (0, 75)];

/// The columns of a table on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fitted {
    /// The size of the text, in tenths of points.
    pub size: u32,
    /// How wide each column is, in twentieths of points; they add up to the whole.
    pub widths: Vec<u32>,
}

/// Fits a table into a width in twentieths of points, in the largest size in which all has room.
pub(super) fn fitted(table: &Table, whole: u32) -> Fitted {
    let columns = columns(table).max(1);
    let average = whole / 20 / u32::try_from(columns).unwrap_or(u32::MAX);
    let parts = parts(&table.widths, columns);
    let wanted = shares(&parts, whole);
    let mut sizes = SIZES.iter().filter(|(from, _)| average >= *from).map(|(_, size)| *size).peekable();
    loop {
        let size = sizes.next().unwrap_or(75);
        let needs = Needs::of(table, &wanted, size);
        let least: u64 = needs.words.iter().copied().map(u64::from).sum();
        if sizes.peek().is_some() && least > u64::from(whole) {
            continue;
        }
        return Fitted { size, widths: divided(&parts, &needs, whole) };
    }
}

/// How wide columns have to be, in twentieths of points.
struct Needs {
    /// So that no number is broken.
    numbers: Vec<u32>,
    /// And that words have some room, too.
    words: Vec<u32>,
}

impl Needs {
    fn of(table: &Table, wanted: &[u32], size: u32) -> Self {
        let none = vec![BESIDE * 20; wanted.len()];
        let mut needs = Self { numbers: none.clone(), words: none };
        let rows = [&table.head, &table.rows];
        for row in rows.into_iter().flat_map(|rows| filled(rows, wanted.len())) {
            let mut column = 0;
            for place in row {
                let end = column + width(place);
                if let Place::Cell(cell) = place {
                    needs.add(cell, (column, end), wanted, size);
                }
                column = end;
            }
        }
        needs
    }

    fn add(&mut self, cell: &Cell, (first, end): (usize, usize), wanted: &[u32], size: u32) {
        let text = cell.plain();
        // In twentieths of points: hundredths of the size, which is in tenths of points.
        let on_paper = |hundredths: u32| hundredths.saturating_mul(size) / 50 + BESIDE * 20;
        let is_number = is_unbroken(&text);
        let needed = match text.lines().map(across).max() {
            None | Some(0) => return,
            Some(wide) if is_number => on_paper(wide.min(LONGEST * NARROW)),
            Some(wide) if end - first == 1 => on_paper(wide.min(WORDS * FULL)),
            Some(_) => return,
        };
        let covered = wanted.get(first..end).unwrap_or_default();
        let there: u32 = covered.iter().sum();
        for (column, wide) in (first..end).zip(covered) {
            // Columns that a cell covers together make room for it together.
            let own = u64::from(needed) * u64::from(*wide) / u64::from(there.max(1));
            let own = if covered.len() > 1 { u32::try_from(own).unwrap_or(needed).saturating_add(1) } else { needed };
            let needs = if is_number {
                [Some(&mut self.numbers), Some(&mut self.words)]
            } else {
                [None, Some(&mut self.words)]
            };
            for needs in needs.into_iter().flatten() {
                if let Some(need) = needs.get_mut(column) {
                    *need = own.max(*need);
                }
            }
        }
    }
}

/// Whether a text is a number, or a sign, that is read as a whole.
fn is_unbroken(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_digit() || ",.%+-".contains(c);
    !text.is_empty() && text.chars().all(is_sign)
}

/// How wide a text is in one line, in hundredths of its size.
fn across(line: &str) -> u32 {
    let mut utf8 = [0; 4];
    let of = |c: char| match c {
        '%' | '+' => WIDE_SIGN,
        c if UnicodeWidthStr::width(&*c.encode_utf8(&mut utf8)) > 1 || !c.is_ascii() => FULL,
        _ => NARROW,
    };
    line.chars().map(of).sum()
}

/// How wide a number has to be in characters of a spreadsheet, where it is not broken but hidden; nothing of other texts.
pub(super) fn characters_of_number(cell: &Cell) -> usize {
    let text = cell.plain();
    if is_unbroken(&text) { text.width() } else { 0 }
}

/// The parts that a table wants, or the same for each of its columns.
fn parts(widths: &[u32], columns: usize) -> Vec<u32> {
    let is_said = widths.len() == columns && widths.iter().all(|part| *part > 0);
    if is_said { widths.to_vec() } else { vec![1; columns] }
}

/// Divides a width, without losing anything.
fn shares(parts: &[u32], whole: u32) -> Vec<u32> {
    let sum = parts.iter().copied().map(u64::from).sum::<u64>().max(1);
    let (mut so_far, mut given) = (0, 0);
    let share = |part: &u32| {
        so_far += u64::from(*part);
        let end = u32::try_from(u64::from(whole) * so_far / sum).unwrap_or(whole);
        end - std::mem::replace(&mut given, end)
    };
    parts.iter().map(share).collect()
}

/// Divides a width so that each column has what it needs; the others share what is left as they want it.
fn divided(parts: &[u32], needs: &Needs, whole: u32) -> Vec<u32> {
    let sum = |needs: &[u32]| needs.iter().copied().map(u64::from).sum::<u64>();
    let needs = if sum(&needs.words) <= u64::from(whole) { &needs.words } else { &needs.numbers };
    if sum(needs) > u64::from(whole) {
        // There is no room for all: each gets its part of what all need.
        return shares(needs, whole);
    }
    let mut is_fixed = vec![false; parts.len()];
    loop {
        let left = whole - parts_of(needs, &is_fixed, true);
        let open: Vec<u32> = parts.iter().zip(&is_fixed).map(|(part, fixed)| if *fixed { 0 } else { *part }).collect();
        let given = shares(&open, left);
        let mut grew = false;
        for ((need, given), fixed) in needs.iter().zip(&given).zip(&mut is_fixed) {
            if !*fixed && given < need {
                (*fixed, grew) = (true, true);
            }
        }
        if !grew {
            let widths = needs.iter().zip(given).zip(&is_fixed);
            return widths.map(|((need, given), fixed)| if *fixed { *need } else { given }).collect();
        }
    }
}

/// The needs of the columns that are fixed, or of those that are not.
fn parts_of(needs: &[u32], is_fixed: &[bool], fixed: bool) -> u32 {
    needs.iter().zip(is_fixed).filter(|(_, is)| **is == fixed).map(|(need, _)| *need).sum()
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;

    const ACROSS: u32 = 12_756;

    #[test]
    fn widths_add_up() {
        assert_eq!(shares(&parts(&[2, 1, 1], 3), 8845), [4422, 2211, 2212]);
        assert_eq!(shares(&parts(&[], 3), 10), [3, 3, 4]);
        assert_eq!(shares(&parts(&[1, 0], 2), 10), [5, 5]);
        assert_eq!(shares(&parts(&[u32::MAX, u32::MAX], 2), 10), [5, 5]);
    }

    #[test]
    fn numbers_have_room_at_the_expense_of_words() {
        let amount = Cell::numeral(Decimal::new(1_234_567_890, 2), 2);
        let row = [vec![Cell::text("学校食堂设备购置项目".repeat(4))], vec![amount; 7]].concat();
        let table = Table { widths: vec![20, 4, 4, 4, 4, 4, 4, 4], rows: vec![row], ..Table::default() };
        let Fitted { size, widths } = fitted(&table, ACROSS);
        assert_eq!((size, widths.iter().sum::<u32>()), (90, ACROSS));
        let [words, numbers @ ..] = &widths[..] else { panic!("no columns") };
        // Thirteen characters of 9 points each, and what is beside them.
        assert!(numbers.iter().all(|wide| *wide >= 13 * 58 * 90 / 50 + 180), "{widths:?}");
        assert!(*words >= 2 * 180 + 180, "{widths:?}");
        // What has room already stays as it was wanted.
        let roomy =
            Table { widths: vec![1, 1], rows: vec![vec![Cell::text("甲"), Cell::text("12")]], ..Table::default() };
        assert_eq!(fitted(&roomy, 8000), Fitted { size: 120, widths: vec![4000, 4000] });
    }

    #[test]
    fn what_has_no_room_is_set_smaller_and_at_last_squeezed() {
        let of = |columns: usize| Table {
            rows: vec![vec![Cell::numeral(Decimal::new(1_234_567_890, 2), 2); columns]],
            ..Table::default()
        };
        let sizes: Vec<u32> = [6, 8, 9, 30].map(|columns| fitted(&of(columns), ACROSS).size).to_vec();
        assert_eq!(sizes, [120, 90, 75, 75]);
        assert_eq!(fitted(&of(30), ACROSS).widths.iter().sum::<u32>(), ACROSS);
        assert_eq!(fitted(&Table::default(), ACROSS).widths, [ACROSS]);
    }

    #[test]
    fn a_number_over_several_columns_has_room_in_all_of_them() {
        let rows = vec![
            vec![Cell::text("说明文字".repeat(20)), Cell::numeral(Decimal::new(1_234_567_890_123, 2), 2).over(2, 1)],
            vec![Cell::text("甲"), Cell::text("乙"), Cell::text("丙")],
        ];
        let table = Table { widths: vec![20, 1, 1], rows, ..Table::default() };
        let widths = fitted(&table, 8000).widths;
        assert!(widths[1] + widths[2] >= 17 * 58 * 120 / 50, "{widths:?}");
        assert_eq!(widths.iter().sum::<u32>(), 8000);
    }
}
