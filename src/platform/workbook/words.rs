//! What the workbook of a table says.

use super::names::cut;
use crate::platform::rows::{Column, Kind, Need};

/// How a table is filled in, and how it is handed in: sections of lines.
pub(super) fn sections(sheet: &str, columns: &[Column], has_codes: bool) -> Vec<(&'static str, Vec<String>)> {
    let lines = |lines: &[&str]| lines.iter().map(ToString::to_string).collect();
    let known = columns.iter().any(|column| column.clears);
    let absent = if columns.iter().any(|column| column.replaces) {
        "注明“留空即清除”的列，删去该列也即清除；其余用不到的列可以删除"
    } else {
        "用不到的列可以删除"
    };
    let codes = if has_codes { "，不要动隐藏的第 2 行" } else { "" };
    let mut how = vec![
        format!("1. 在“{sheet}”页填写，一行一条；黄色列名的列必填。列的先后可以调整，{absent}；不要改列名{codes}。"),
        "2. 只填数字，不带单位；日期填 2022-09-01 这样的日期；有下拉列表的从列表中选，也可以填代码。".to_owned(),
        "3. 不要合并单元格，不要在列名之外的列填写。".to_owned(),
    ];
    if known {
        how.push(
            "4. 已登记的，可以只保留编码和要改的列：删去的列不变，列中留空的单元格按下面各列的说明处理。".to_owned(),
        );
    }
    let back = lines(&[
        "1. 保存为 .xlsx 文件（文件名不限），在系统中导入本文件。同一文件再导入一次，不会重复登记。",
        "2. 有问题的，系统会退回一份标好的工作簿：红色单元格上的批注写明问题，“问题”页列出全部问题。在退回的工作簿上改好，再导入一次即可。",
    ]);
    let columns = columns.iter().map(|column| format!("{}：{}", column.name, advice(column))).collect();
    vec![("一、怎么填", how), ("二、怎么交回", back), ("三、各列填什么", columns)]
}

/// What is said of a column.
fn advice(column: &Column) -> String {
    let need = match (&column.need, column.clears || column.replaces) {
        (Need::Always, _) => "必填。".to_owned(),
        (Need::Of(which), _) => format!("{which}必填。"),
        (Need::Never, true) => "可不填，留空即清除原有内容。".to_owned(),
        (Need::Never, false) => "可不填。".to_owned(),
    };
    let help = column.help.as_deref().map(|help| format!("{}。", help.trim_end_matches('。'))).unwrap_or_default();
    format!("{need}{}{help}", objection(column).trim_start_matches("此处应"))
}

/// What is said where something else was filled in.
pub(super) fn objection(column: &Column) -> String {
    match (column.kind, column.choices.named()) {
        (_, Some(names)) => format!("此处应从下列各项中选择，或填其代码：{}。", shortened(&names.zh)),
        (Kind::Text, None) => "此处应填文字。".to_owned(),
        (Kind::Whole, None) => "此处应填整数，不带单位。".to_owned(),
        (Kind::Number, None) => "此处应填数字，不带单位。".to_owned(),
        (Kind::Amount, None) => "此处应填以元为单位的数字，不带单位。".to_owned(),
        (Kind::Date, None) => "此处应填日期，如 2022-09-01。".to_owned(),
        (Kind::Boolean, None) => "此处应填“是”或“否”。".to_owned(),
    }
}

/// What fits into the message of a spreadsheet, of 255 characters.
fn shortened(names: &str) -> String {
    const MOST: usize = 200;
    let shown = cut(names, MOST);
    if shown.len() < names.len() { format!("{shown}…") } else { names.to_owned() }
}
