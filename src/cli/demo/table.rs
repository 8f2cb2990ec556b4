//! Tables on a terminal, where a Chinese character is as wide as two Latin ones.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::print;

/// Prints rows in aligned columns, the first row as the head.
pub(super) fn print_table<const N: usize>(rows: &[[String; N]]) -> io::Result<()> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    for (i, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(widths).map(|(cell, width)| padded(cell, width));
        print(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end())?;
        if i == 0 {
            let line = widths.map(|width| "─".repeat(width));
            print(&format!("  {}", line.join("  ")))?;
        }
    }
    Ok(())
}

fn padded(cell: &str, width: usize) -> String {
    let gap = width.saturating_sub(cell.width());
    format!("{cell}{}", " ".repeat(gap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(padded("本科", 6), "本科  ");
        assert_eq!(padded("455 人", 7), "455 人 ");
        assert_eq!(padded("too wide", 2), "too wide");
    }
}
