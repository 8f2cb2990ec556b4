//! Workbooks that were refused, and come back.

use super::*;

/// What is wrong with the rows of a workbook, by cells.
fn faults_of(bytes: &[u8]) -> Vec<Rejected> {
    let found = read(XLSX, bytes, &columns(), |row| (row.index, row.place, row.violations)).unwrap();
    let rejected = found.into_iter().filter(|(.., violations)| !violations.is_empty());
    rejected.map(|(index, place, violations)| Rejected { index, place, violations }).collect()
}

fn told_of(rejected: &[Rejected]) -> Vec<String> {
    let of_row = |row: &Rejected| {
        let cell = |each: &Violation| row.place.cell(&each.pointer).unwrap_or_default();
        row.violations.iter().map(|each| format!("{} {:?}", cell(each), each.code)).collect::<Vec<_>>()
    };
    rejected.iter().flat_map(of_row).collect()
}

/// A workbook as it comes back.
fn back(bytes: &[u8], rejected: &[Rejected]) -> Vec<u8> {
    let mut back = Vec::new();
    std::io::Read::read_to_end(&mut annotated(bytes, &columns(), rejected).unwrap(), &mut back).unwrap();
    back
}

#[test]
fn what_no_cell_can_say_is_still_refused_when_it_comes_back() {
    use rust_xlsxwriter::{Format, Formula};
    let format = |format: &str| Format::new().set_num_format(format);
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet();
        for (at, name) in (0..).zip(["编码", "文字", "数量", "日期"]) {
            sheet.write(0, at, name).unwrap();
        }
        sheet.write(1, 0, "a").unwrap().write(1, 2, 1_234_567_890_123_456_i64).unwrap();
        sheet.write_formula(1, 1, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        sheet.write_with_format(1, 3, 0.5, &format("hh:mm")).unwrap();
        sheet.write(2, 0, "b").unwrap().write(2, 1, 123_456_789_012_345_678_i64).unwrap();
        sheet.write_with_format(2, 2, "5", &format("0%")).unwrap();
        sheet.write_with_format(3, 1, 1.5, &format("0%")).unwrap().write(3, 0, "c").unwrap();
        sheet.merge_range(4, 1, 5, 1, "操场", &Format::new()).unwrap();
        sheet.write(4, 0, "d").unwrap().write(5, 0, "e").unwrap();
    });
    let rejected = faults_of(&bytes);
    let told = told_of(&rejected);
    assert_eq!(
        told,
        [
            "B2 WrongType",
            "C2 TooManyDigits",
            "D2 WrongFormat",
            "B3 TooManyDigits",
            "C3 WrongType",
            "B4 WrongType",
            "B5 WrongFormat",
            "B6 WrongFormat",
        ]
    );
    let again = faults_of(&back(&bytes, &rejected));
    // What stood in the cells that were made one stands in the first; the others have to be looked at.
    let expected: Vec<String> = told
        .iter()
        .filter(|each| *each != "B5 WrongFormat")
        .map(|each| each.replace("B6 WrongFormat", "B6 WrongType"))
        .collect();
    assert_eq!(told_of(&again), expected);
}

#[test]
fn what_was_refused_comes_back_marked_and_still_is() {
    use rust_xlsxwriter::{ExcelDateTime, Format};
    let percent = Format::new().set_num_format("0%");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let at = ExcelDateTime::from_ymd(2022, 6, 1).unwrap().and_hms(8, 30, 0).unwrap();
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet().set_name("问题").unwrap();
        for (at, name) in (0..).zip(["学段", "编码", "数量", "日期", "重点"]) {
            sheet.write(0, at, name).unwrap();
        }
        sheet.write(1, 0, "小学").unwrap().write(1, 1, "a").unwrap().write(1, 2, 5).unwrap();
        sheet.write(4, 0, "大学").unwrap().write(4, 1, 12).unwrap();
        sheet.write_with_format(4, 2, 0.85, &percent).unwrap();
        sheet.write_with_format(4, 3, &at, &moment).unwrap().write(4, 4, "也许").unwrap().write(4, 7, "旁注").unwrap();
        sheet.write(5, 1, "b").unwrap().write(5, 3, 44_713).unwrap().write(5, 2, true).unwrap();
    });
    let mut rejected = faults_of(&bytes);
    let wrong = ["C5 WrongType", "D5 WrongFormat", "E5 WrongType", "C6 WrongType", "D6 WrongFormat"];
    assert_eq!(told_of(&rejected), [[" UnknownField"].as_slice(), &wrong].concat());
    let message = say!("只允许：小学、初中", "Allowed are: 小学、初中");
    rejected[0].violations.push(Violation::new("/stage", ViolationCode::NotAllowed, message));

    let back = back(&bytes, &rejected);
    assert_eq!(told_of(&faults_of(&back)), [[" UnknownField"].as_slice(), &wrong].concat(), "where they were");
    let mut workbook = crate::platform::workbook::read(&back, crate::platform::workbook::Limits::TABLE).unwrap();
    let names: Vec<String> = workbook.sheets().iter().map(|sheet| sheet.name.clone()).collect();
    assert_eq!(names, ["问题(2)", "问题", "填写说明", "_choices"]);
    let grid = workbook.grid("问题").unwrap();
    let shown = |cell: &str| match &grid[&cell.parse().unwrap()].value {
        crate::platform::workbook::Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    assert!(shown("A1").contains("共有 7 个问题"), "{}", shown("A1"));
    assert_eq!(["C3", "D3", "E3"].map(shown), ["其他列（12）", "旁注", "此列没有列名"]);
    assert_eq!(["B4", "C4", "D4"].map(shown), ["C5", "数量（12）", "85%"]);
    assert_eq!(["B7", "C7", "D7", "E7"].map(shown), ["A5", "学段（12）", "大学", "只允许：小学、初中"]);
}

#[test]
fn a_column_that_was_put_in_is_known_by_its_name_or_comes_back_with_it() {
    let edited = |name: &str, value: &str| {
        book(|workbook| {
            let sheet = workbook.add_worksheet();
            for (at, (name, code)) in (0..).zip([("编码", "code"), (name, ""), ("数量", "n")]) {
                sheet.write(0, at, name).unwrap();
                if !code.is_empty() {
                    sheet.write(1, at, code).unwrap();
                }
            }
            sheet.write(2, 0, "a").unwrap().write(2, 1, value).unwrap().write(2, 2, 5).unwrap();
        })
    };
    let found = rows(XLSX, &edited("学段", "小学")).unwrap();
    assert_eq!((&found[0].1["stage"], found[0].2.len()), (&json!("primary"), 0));
    let strange = edited("备考", "甲");
    let rejected = faults_of(&strange);
    let back = back(&strange, &rejected);
    let again = faults_of(&back);
    for rejected in [&rejected, &again] {
        assert_eq!(rejected[0].violations[0].message.zh, "没有名为“备考”的列，或者它已在别处");
    }
    let mut workbook = crate::platform::workbook::read(&back, crate::platform::workbook::Limits::TABLE).unwrap();
    let grid = workbook.grid("Sheet1").unwrap();
    let shown = |cell: &str| format!("{:?}", grid[&cell.parse().unwrap()].value);
    assert_eq!(["C1", "C3"].map(shown), ["Text(\"备考\")", "Text(\"甲\")"]);
}

#[test]
fn a_number_that_is_seen_with_zeros_is_no_code_and_comes_back_so() {
    let zeros = rust_xlsxwriter::Format::new().set_num_format("0000000000");
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "编码").unwrap().write_with_format(1, 0, 123, &zeros).unwrap();
    });
    let rejected = faults_of(&bytes);
    assert_eq!(told_of(&rejected), ["A2 WrongType"]);
    let back = back(&bytes, &rejected);
    assert_eq!(told_of(&faults_of(&back)), ["A2 WrongType"]);
    let mut workbook = crate::platform::workbook::read(&back, crate::platform::workbook::Limits::TABLE).unwrap();
    assert_eq!(workbook.padded("Sheet1").unwrap(), [("A2".parse().unwrap(), 10)]);
    let listed = workbook.grid("问题").unwrap();
    assert_eq!(format!("{:?}", listed[&"D3".parse().unwrap()].value), "Text(\"0000000123\")");
}
