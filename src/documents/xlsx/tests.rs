//! What is written is read back.

use std::io::Cursor;

use calamine::{Data, Dimensions, Reader, Xlsx, open_workbook_from_rs};
use rust_decimal::Decimal;

use super::*;

fn read(sheets: &[(String, Table)]) -> Xlsx<Cursor<Vec<u8>>> {
    open_workbook_from_rs(Cursor::new(workbook(sheets).unwrap())).unwrap()
}

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn numbers_are_numbers_where_a_double_carries_them_and_text_where_not() {
    for (number, expected) in [
        ("0", Data::Float(0.0)),
        ("-1234567.89", Data::Float(-1_234_567.89)),
        ("0.1", Data::Float(0.1)),
        ("999999999999.999", Data::Float(999_999_999_999.999)),
        ("9999999999999.999", Data::String("9,999,999,999,999.999".to_owned())),
        ("123456789012345000", Data::String("123,456,789,012,345,000".to_owned())),
    ] {
        let table = Table { rows: vec![vec![Cell::numeral(n(number), 0)]], ..Table::default() };
        let range = read(&[("数".to_owned(), table)]).worksheet_range("数").unwrap();
        assert_eq!(range.get((0, 0)), Some(&expected), "{number}");
    }
}

#[test]
fn text_is_never_a_formula_and_never_too_long() {
    let texts = ["=1+1", "+1", "@SUM(A1)", "-1", "http://example.org", "{=1}"];
    let long = "长".repeat(40_000);
    let rows = texts.iter().copied().chain([long.as_str()]).map(|text| vec![Cell::text(text).over(2, 1)]).collect();
    let mut book = read(&[("文".to_owned(), Table { rows, ..Table::default() })]);
    let formulas = book.worksheet_formula("文").unwrap();
    assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
    let range = book.worksheet_range("文").unwrap();
    for (row, text) in (0..).zip(texts) {
        assert_eq!(range.get_value((row, 0)), Some(&Data::String(text.to_owned())));
    }
    assert_eq!(range.get_value((6, 0)), Some(&Data::String("长".repeat(LONGEST_TEXT))));
}

#[test]
fn title_and_head_are_merged_and_the_page_is_set_up() {
    let table = Table {
        caption: "自评表".to_owned(),
        widths: vec![1, 2, 1],
        head: vec![
            vec![Cell::head("项目").over(1, 2), Cell::head("资金").over(2, 1)],
            vec![Cell::head("预算"), Cell::head("执行")],
        ],
        rows: vec![vec![Cell::text("维修"), Cell::numeral(n("130"), 2), Cell::percent(n("75"))]],
        landscape: true,
    };
    let mut book = read(&[("自评/表".to_owned(), table.clone())]);
    assert_eq!(book.sheet_names(), ["自评表"]);
    let merged = book.merge_cells_by_sheet_name("自评表").unwrap();
    let expected = [((0, 0), (0, 2)), ((1, 0), (2, 0)), ((1, 1), (1, 2))];
    assert_eq!(merged, expected.map(|(start, end)| Dimensions { start, end }));
    let range = book.worksheet_range("自评表").unwrap();
    assert_eq!(range.get_value((0, 0)), Some(&Data::String("自评表".to_owned())));
    assert_eq!(range.get_value((3, 1)), Some(&Data::Float(130.0)));
    assert_eq!(range.get_value((3, 2)), Some(&Data::Float(0.75)));

    let mut archive = zip::ZipArchive::new(Cursor::new(workbook(&[("自评表".to_owned(), table)]).unwrap())).unwrap();
    let mut part = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    let sheet = part("xl/worksheets/sheet1.xml");
    for setting in [r#"paperSize="9""#, r#"orientation="landscape""#, r#"fitToHeight="0""#, r#"ySplit="3""#] {
        assert!(sheet.contains(setting), "{setting}: {sheet}");
    }
    let book = part("xl/workbook.xml");
    for range in ["自评表!$A$1:$C$4", "自评表!$2:$3"] {
        assert!(book.contains(range), "{range}: {book}");
    }
    let styles = part("xl/styles.xml");
    assert!(styles.contains("#,##0.00") && styles.contains("wrapText"), "{styles}");
}

#[test]
fn an_empty_table_is_an_empty_sheet() {
    let mut book = read(&[(String::new(), Table::default())]);
    assert!(book.worksheet_range("表").unwrap().is_empty());
}
