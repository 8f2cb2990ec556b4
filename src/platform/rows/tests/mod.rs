//! Tables in every guise, and what is said of them.

mod returned;

use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::platform::workbook::{Datum, TableWriter};

fn columns() -> Vec<Column> {
    vec![
        Column::text("code", "编码"),
        Column::new(Kind::Number, "n", "数量"),
        Column::text("text", "文字").clearing(),
        Column::new(Kind::Date, "day", "日期").within("fields"),
        Column::new(Kind::Boolean, "is_key", "重点"),
        Column::text("stage", "学段").of([("primary", "小学"), ("junior", "初中")]),
    ]
}

type Found = (u64, Value, Vec<String>);

fn rows(media_type: &str, bytes: &[u8]) -> Result<Vec<Found>> {
    let told = |row: FileRow| {
        let told = |violation: &Violation| {
            let cell = violation.cell.clone().or_else(|| row.place.cell(&violation.pointer)).unwrap_or_default();
            format!("{cell} {} {:?}", violation.pointer, violation.code)
        };
        let json = serde_json::from_str(&row.json).unwrap();
        (row.place.number(), json, row.violations.iter().map(told).collect())
    };
    read(media_type, bytes, &columns(), told)
}

fn csv(text: &str) -> Result<Vec<Found>> {
    rows(CSV, text.as_bytes())
}

fn exact(number: &str) -> Value {
    serde_json::from_str(number).unwrap()
}

#[test]
fn a_row_knows_its_line_whatever_ends_lines() {
    for end in ["\n", "\r\n"] {
        let text = ["\u{feff}n,code", "1.50,a", "x,\"b", "c\"", ",", "2,d"].join(end);
        let found = csv(&text).unwrap();
        assert_eq!(found.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [2, 3, 6], "{end:?}");
        assert_eq!(found[0].1, json!({"n": exact("1.50"), "code": "a", "fields": {}}));
        assert_eq!(found[1].2, [" /n WrongType"], "what is no number is named");
    }
}

#[test]
fn a_table_is_read_however_it_was_saved() {
    let expected =
        json!({"code": "甲", "n": exact("1234"), "fields": {"day": "2022-06-01"}, "is_key": true, "stage": "primary"});
    for delimiter in [",", ";", "\t"] {
        let header = ["编码", "数量", "日期", "重点", "学段", ""].join(delimiter);
        let text = format!("{header}\r\n{}\r\n", ["甲", "\"1,234\"", "2022年6月1日", "是", "小学", ""].join(delimiter));
        let gb18030 = encoding_rs::GB18030.encode(&text).0.into_owned();
        let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.clone().into_bytes(), format!("\u{feff}{text}").into_bytes(), gb18030, utf16] {
            assert_eq!(rows(CSV, &bytes).unwrap(), [(2, expected.clone(), vec![])], "{delimiter:?}");
        }
    }
    assert_eq!(rows(CSV, b"code\n\xff\n").unwrap_err().code(), Code::MalformedRequest);
}

#[test]
fn a_header_names_its_columns_once_and_the_key_among_them() {
    for header in ["n", "code,other", "code,code", "code,编码", ""] {
        assert_eq!(csv(header).unwrap_err().code(), Code::MalformedRequest, "{header}");
    }
    assert_eq!(csv("text,编码").unwrap(), []);
    let of_wrong_length = csv("code,n\na\nb,1,2\nc,1,\n").unwrap();
    let told: Vec<&[String]> = of_wrong_length.iter().map(|(_, _, told)| told.as_slice()).collect();
    let wrong = ["  WrongLength".to_owned()];
    assert_eq!(told, [wrong.as_slice(), wrong.as_slice(), &[]]);
}

#[test]
fn what_is_not_certain_is_named_and_nothing_else_of_it() {
    #[derive(Debug, Deserialize, ToSchema)]
    #[expect(dead_code, reason = "only whether it can be read")]
    struct Row {
        code: String,
        n: f64,
    }
    let file = "code,n\na,85%\nb,1.2万\nc,-\nd,\n,1\n";
    let told: Vec<String> = read(CSV, file.as_bytes(), &columns()[..2], |row| row)
        .unwrap()
        .iter()
        .map(|row| {
            let violations = row.parse::<Row>().unwrap_err();
            violations.iter().map(|each| format!("{} {:?}", each.pointer, each.code)).collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_eq!(told, ["/n WrongType", "/n WrongType", "/n WrongType", "/n Missing", "/code Missing"]);
}

#[test]
fn a_row_that_is_refused_names_what_is_none_of_the_choices_as_well() {
    #[derive(Debug, Deserialize, ToSchema)]
    #[expect(dead_code, reason = "only whether it can be read")]
    struct Row {
        #[schema(pattern = "^[a-z]*$", max_length = 3)]
        code: String,
        n: f64,
        stage: String,
    }
    let columns: Vec<Column> = columns().into_iter().filter(|each| each.within.is_none()).collect();
    let told = |line: &str| {
        let file = format!("code,n,stage\n{line}\n");
        let row = read(CSV, file.as_bytes(), &columns, |row| row.parse::<Row>()).unwrap().remove(0);
        row.map_or_else(
            |violations| violations.iter().map(|each| format!("{} {:?}", each.pointer, each.code)).collect(),
            |_| Vec::new(),
        )
    };
    assert_eq!(told("a,1,大学"), Vec::<String>::new(), "whoever enters it knows");
    assert_eq!(told("a,x,大学"), ["/n WrongType", "/stage NotAllowed"]);
    assert_eq!(told("a,,大学"), ["/n Missing", "/stage NotAllowed"]);
    assert_eq!(told("a,x,小学"), ["/n WrongType"]);
    assert_eq!(
        told("A-long,1,大学"),
        ["/code WrongLength", "/code WrongFormat", "/stage NotAllowed"],
        "both of one cell"
    );
}

#[test]
fn what_would_be_a_formula_is_escaped_and_read_back() {
    for text in ["=1+1", "'=1", "''-", "+86", "-", "@a", "'quoted", "plain", ""] {
        assert_eq!(unescaped(&escaped(text)), text);
    }
    assert_eq!(escaped("=1"), "'=1");
    assert_eq!(csv("code,text\na,'=1").unwrap()[0].1["text"], "=1");
}

#[test]
fn wrong_cells_have_a_bound_and_cells_of_no_column_are_named_once_a_row() {
    let wrong = |rows: usize| csv(&format!("code,n\n{}", "a,x\n".repeat(rows))).map(|rows| rows.len());
    assert_eq!(wrong(MAX_FAULTS).unwrap(), MAX_FAULTS);
    let refused = wrong(MAX_FAULTS + 1).unwrap_err();
    let [first, .., last] = refused.violations() else { panic!("{refused:?}") };
    assert_eq!((first.pointer.as_str(), &*first.message.zh), ("/0/n", "第 2 行：不是数字"));
    assert_eq!((last.code, refused.violations().len()), (ViolationCode::OutOfRange, FIRST_FAULTS + 1));
    let strays = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "code").unwrap();
        sheet.write(1, 0, "a").unwrap();
        for column in 5..15 {
            sheet.write(1, column, 1).unwrap();
        }
    });
    let found = rows(XLSX, &strays).unwrap();
    assert_eq!(found[0].2, ["F2  UnknownField"]);
    let wide = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "code").unwrap();
        for row in 1..=2 {
            for column in 0..=2_600 {
                sheet.write(row, column, 1).unwrap();
            }
        }
    });
    let refused = rows(XLSX, &wide).unwrap_err();
    assert_eq!(refused.violations().len(), 3, "the first of each row, and that there are too many: {refused:?}");
}

#[test]
fn a_file_has_a_bound() {
    let line = |n: usize| "{}\n".repeat(n);
    let ndjson = |bytes: &[u8]| read(NDJSON, bytes, &[], |row| row);
    assert_eq!(ndjson(line(MAX_ROWS).as_bytes()).unwrap().len(), MAX_ROWS);
    assert_eq!(ndjson(line(MAX_ROWS + 1).as_bytes()).unwrap_err().code(), Code::PayloadTooLarge);
    assert_eq!(ndjson(b"\xff").unwrap_err().code(), Code::MalformedRequest);
    let found = ndjson("\n{}\n  \n{}".as_bytes()).unwrap();
    assert_eq!(found.iter().map(|row| (row.index, row.place.number())).collect::<Vec<_>>(), [(0, 2), (1, 4)]);
}

/// A workbook, made as a person would.
fn book(fill: impl FnOnce(&mut rust_xlsxwriter::Workbook)) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn cells_of_a_workbook_are_named_where_they_are_not_certain() {
    use rust_xlsxwriter::{Format, Formula};
    let bytes = book(|workbook| {
        workbook.add_worksheet().set_name("说明").unwrap().write(3, 0, "请填写").unwrap();
        workbook.add_worksheet().set_hidden(true).write(0, 0, "编码").unwrap();
        workbook.add_worksheet();
        let sheet = workbook.add_worksheet().set_name("数据").unwrap();
        for (at, name) in (1..).zip(["编码", "n", "日期", "重点"]) {
            sheet.write(2, at, name).unwrap();
        }
        sheet.write(3, 1, 2_199_000_001_i64).unwrap();
        sheet.write(3, 3, "2022/6/1").unwrap();
        sheet.write(3, 4, 1).unwrap();
        sheet.write(5, 1, "b").unwrap();
        sheet.write_formula(3, 2, Formula::new("=1233+1").set_result("1234")).unwrap();
        sheet.write_formula(5, 2, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        sheet.write(5, 3, 44_713).unwrap();
        sheet.write(5, 4, "也许").unwrap();
        sheet.write(5, 6, "旁注").unwrap();
        sheet.write(6, 1, 123_456_789_012_345_678_i64).unwrap();
        sheet.merge_range(7, 1, 8, 1, "c", &Format::new()).unwrap();
        sheet.write(8, 2, 5).unwrap();
    });
    let found = rows(XLSX, &bytes).unwrap();
    let first = json!({"code": "2199000001", "n": exact("1234"), "fields": {"day": "2022-06-01"}, "is_key": true});
    assert_eq!(found[0], (4, first, vec![]));
    let told: Vec<(u64, &str)> =
        found.iter().flat_map(|(line, _, told)| told.iter().map(move |each| (*line, each.as_str()))).collect();
    assert_eq!(
        told,
        [
            (6, "G6  UnknownField"),
            (6, "C6 /n WrongType"),
            (6, "D6 /fields/day WrongFormat"),
            (6, "E6 /is_key WrongType"),
            (7, "B7 /code TooManyDigits"),
            (8, "B8 /code WrongFormat"),
            (9, "B9 /code WrongFormat"),
        ]
    );
    assert_eq!(found[4].1["n"], exact("5"));
}

#[test]
fn a_number_that_is_seen_per_cent_is_named() {
    let percent = rust_xlsxwriter::Format::new().set_num_format("0%");
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "code").unwrap().write(0, 1, "n").unwrap();
        for (row, number) in [(1, 0.85), (2, 0.0)] {
            sheet.write(row, 0, "a").unwrap().write_with_format(row, 1, number, &percent).unwrap();
        }
    });
    let found = rows(XLSX, &bytes).unwrap();
    assert_eq!(found[0].2, ["B2 /n WrongType"]);
    assert_eq!((&found[1].1["n"], found[1].2.len()), (&exact("0"), 0), "nothing is nothing");
}

#[test]
fn a_workbook_without_such_a_table_says_what_is_missing() {
    let empty = book(|workbook| {
        workbook.add_worksheet();
    });
    assert!(rows(XLSX, &empty).unwrap_err().message().zh.contains("没有可见的数据"));
    let other = book(|workbook| {
        workbook.add_worksheet().write(0, 0, "编码").unwrap().write(0, 1, "颜色").unwrap();
    });
    assert!(rows(XLSX, &other).unwrap_err().message().zh.contains("颜色"));
    assert_eq!(rows(XLSX, b"code\na\n").unwrap_err().code(), Code::MalformedRequest);
    assert_eq!(rows("text/plain", b"").unwrap_err().code(), Code::UnsupportedMediaType);
}

#[test]
fn a_title_may_stand_above_and_names_may_be_dressed() {
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "2022 年登记表").unwrap();
        sheet.write(2, 0, "* 编码").unwrap().write(2, 1, "数\n量").unwrap();
        sheet.write(3, 0, "a").unwrap().write(3, 1, 5).unwrap();
    });
    let found = rows(XLSX, &bytes).unwrap();
    assert_eq!(found, [(4, json!({"code": "a", "n": exact("5"), "fields": {}}), vec![])]);
}

#[test]
fn of_a_header_below_a_title_the_wrong_name_is_told() {
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "2022 年登记表").unwrap();
        sheet.write(2, 0, "编码").unwrap().write(2, 1, "数目").unwrap();
    });
    let message = rows(XLSX, &bytes).unwrap_err().message().zh.into_owned();
    assert!(message.ends_with("（1 个）：数目"), "{message}");
}

#[test]
fn a_row_names_only_so_much_text() {
    let long = "长".repeat(30_000);
    let bytes = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "编码").unwrap();
        for column in 0..100 {
            sheet.write(1, column, &long).unwrap();
        }
    });
    assert_eq!(rows(XLSX, &bytes).unwrap_err().code(), Code::PayloadTooLarge);
}

#[test]
fn of_two_tables_nobody_knows_which_is_meant() {
    let two = |second: bool| {
        book(|workbook| {
            for (name, has_rows) in [("一月", true), ("二月", second)] {
                let sheet = workbook.add_worksheet().set_name(name).unwrap();
                sheet.write(0, 0, "编码").unwrap();
                if has_rows {
                    sheet.write(1, 0, "a").unwrap();
                }
            }
        })
    };
    assert_eq!(rows(XLSX, &two(false)).unwrap().len(), 1, "the second is empty");
    let turned = book(|workbook| {
        workbook.add_worksheet().write(0, 0, "编码").unwrap();
        workbook.add_worksheet().write(0, 0, "编码").unwrap().write(1, 0, "b").unwrap();
    });
    assert_eq!(rows(XLSX, &turned).unwrap()[0].1["code"], "b", "the first is");
    let refused = rows(XLSX, &two(true)).unwrap_err();
    assert!(refused.message().zh.contains("“一月”和“二月”"), "{refused:?}");
}

/// The columns of the table, as it is written out.
fn written(rows: &[[Datum; 6]]) -> Vec<u8> {
    let mut writer = TableWriter::begin("数据", columns()).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut writer.finish().unwrap(), &mut bytes).unwrap();
    bytes
}

fn day(text: &str) -> Datum {
    Datum::Date(text.parse().unwrap())
}

#[test]
fn what_is_written_is_read_again() {
    let exactly: rust_decimal::Decimal = "123456789012.123456".parse().unwrap();
    let bytes = written(&[
        [
            "a".into(),
            Datum::Number("0.10".parse().unwrap()),
            "=1+1".into(),
            day("2022-06-01"),
            true.into(),
            "primary".into(),
        ],
        ["0012".into(), exactly.into(), Datum::Empty, day("1899-01-01"), false.into(), "other".into()],
        ["c".into(), Datum::Empty, Datum::Empty, day("1900-01-15"), Datum::Empty, Datum::Empty],
    ]);
    let found = rows(XLSX, &bytes).unwrap();
    assert_eq!(
        found,
        [
            (
                3,
                json!({"code": "a", "n": exact("0.1"), "text": "=1+1", "fields": {"day": "2022-06-01"}, "is_key": true,
                    "stage": "primary"}),
                vec![]
            ),
            (
                4,
                json!({"code": "0012", "n": exact("123456789012.123456"), "text": null, "fields": {"day": "1899-01-01"},
                    "is_key": false, "stage": "other"}),
                vec![]
            ),
            (5, json!({"code": "c", "text": null, "fields": {"day": "1900-01-15"}}), vec![]),
        ]
    );
    // People see names: of columns, of choices, of yes and no; and no cell is a formula.
    let mut workbook = crate::platform::workbook::read(&bytes, crate::platform::workbook::Limits::TABLE).unwrap();
    let grid = workbook.grid("数据").unwrap();
    let shown = |cell: &str| match &grid[&cell.parse().unwrap()].value {
        crate::platform::workbook::Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(["A1", "F1", "A2", "F3", "E3", "C3"].map(shown), ["编码", "学段", "code", "小学", "是", "=1+1"]);
    assert!(grid.values().all(|cell| !cell.is_formula));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn datum(text: &str) -> Datum {
        if text.is_empty() { Datum::Empty } else { text.into() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_table_comes_back(
            cells in prop::collection::vec(("[!-~一-龥]{1,12}", any::<i64>(), 0_u32..=6, "[ -~一-龥]{0,12}", any::<bool>()), 1..8)
        ) {
            let rows_out: Vec<[Datum; 6]> = cells
                .iter()
                .map(|(code, digits, scale, text, boolean)| {
                    let number = rust_decimal::Decimal::new(*digits, *scale);
                    [datum(code), number.into(), datum(text.trim()), day("2022-06-01"), (*boolean).into(), Datum::Empty]
                })
                .collect();
            let found = rows(XLSX, &written(&rows_out)).unwrap();
            prop_assert_eq!(found.len(), cells.len());
            for ((_, json, told), (code, digits, scale, text, boolean)) in found.iter().zip(&cells) {
                prop_assert!(told.is_empty(), "{:?}", told);
                let number: rust_decimal::Decimal = json["n"].to_string().parse().unwrap();
                prop_assert_eq!(number, rust_decimal::Decimal::new(*digits, *scale));
                prop_assert_eq!(&json["code"], &json!(code));
                prop_assert_eq!(json["text"].as_str().unwrap_or_default(), text.trim());
                prop_assert_eq!(&json["is_key"], &json!(boolean));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), header in "(code|编码)[,;\t](n|数量|日期)\n") {
            let _ = rows(CSV, &[header.as_bytes(), &bytes].concat());
        }
    }
}
