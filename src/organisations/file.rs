//! Organisations as a file: one organisation a row, as it is sent singly.

use super::body::OrganisationInput;
use super::kinds::{Kind, Stage};
use super::ops::Row;
use crate::platform::rows::{self, Column, FileRow};

/// The columns of a table. An empty cell is absent.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text("code", "单位编码").required().help("学校填学校标识码"),
        Column::text("name", "单位名称").required(),
        Column::text("kind", "单位类别").required().of(Kind::ALL.iter().map(|kind| (kind.code(), kind.title()))),
        Column::text("stage", "学段")
            .of(Stage::ALL.iter().map(|stage| (stage.code(), stage.title())))
            .required_of("学校")
            .replacing(),
        Column::text("township", "乡镇").replacing(),
        Column::text("parent", "上级单位").replacing().help("上级单位的编码"),
        Column::new(rows::Kind::Date, "opened_on", "开办日期").replacing(),
        Column::new(rows::Kind::Date, "closed_on", "停办日期").replacing(),
    ]
}

/// Understands a row.
pub(super) fn row(row: FileRow) -> Row {
    let definition = row
        .parse::<OrganisationInput>()
        .and_then(|input| input.into_definition(None).map_err(|violation| vec![violation]));
    Row { place: row.place, definition }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::error::{Code, Result};
    use crate::platform::rows::{CSV, NDJSON};

    fn read(media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
        rows::read(media_type, bytes, &columns(), row)
    }

    const EXAMPLE: &str = include_str!("../../examples/shenze-2022/organisations.csv");

    fn faults(row: &Row) -> Vec<String> {
        let violations = row.definition.as_ref().err().cloned().unwrap_or_default();
        violations.iter().map(|violation| format!("{} {:?}", violation.pointer, violation.code)).collect()
    }

    #[test]
    fn the_example_county_can_be_read() {
        let rows = read(CSV, EXAMPLE.as_bytes()).unwrap();
        assert_eq!(rows.len(), EXAMPLE.lines().count() - 1);
        for row in &rows {
            assert!(row.definition.is_ok(), "{row:?}");
        }
        let bureau = rows[0].definition.as_ref().unwrap();
        assert_eq!((bureau.code.as_str(), bureau.kind), ("130128", Kind::Bureau));
        let school = rows[11].definition.as_ref().unwrap();
        assert_eq!(school.stage, Some(Stage::SeniorSecondary));
        assert_eq!((school.parent.as_deref(), school.closed_on), (Some("130128"), None));
        assert_eq!(rows[11].place.number(), 13);
    }

    #[test]
    fn a_byte_order_mark_and_the_order_of_columns_do_not_matter() {
        let rows = read(CSV, "\u{feff}kind, code ,name\r\nsection,teaching, 教学科\r\n".as_bytes()).unwrap();
        let definition = rows[0].definition.as_ref().unwrap();
        assert_eq!((definition.code.as_str(), definition.name.as_str()), ("teaching", "教学科"));
    }

    #[test]
    fn both_formats_say_what_is_wrong_with_a_row() {
        let csv = "code,name,kind,stage,opened_on\n\
                   2199000001,,school,university,\n\
                   2199000002,第二小学,school,primary\n\
                   ,第三小学,school,primary,2000-02-30\n";
        let found: Vec<_> = read(CSV, csv.as_bytes()).unwrap().iter().map(faults).collect();
        assert_eq!(found[0], ["/name Missing", "/stage NotAllowed"]);
        assert_eq!(found[1], [" WrongLength"]);
        assert_eq!(found[2], ["/opened_on WrongFormat"]);
        let ndjson = "{\"code\":\"a\",\"name\":\"b\",\"kind\":\"section\",\"colour\":1}\n\n{\n{\"name\":\"b\",\"kind\":\"section\"}\n";
        let rows = read(NDJSON, ndjson.as_bytes()).unwrap();
        assert_eq!(
            rows.iter().map(faults).collect::<Vec<_>>(),
            [["/colour UnknownField"], [" WrongFormat"], ["/code Missing"]]
        );
        assert_eq!(rows.iter().map(|row| row.place.number()).collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        for file in ["", "name,kind\n", "code,code\n", "code,colour\n"] {
            assert_eq!(read(CSV, file.as_bytes()).unwrap_err().code(), Code::MalformedRequest, "{file}");
        }
    }

    #[test]
    fn tables_come_in_every_guise() {
        let gb18030 = b"code;name;kind\r\na;\xbd\xcc\xd3\xfd;section\r\n";
        let rows = read(CSV, gb18030).unwrap();
        assert_eq!(rows[0].definition.as_ref().unwrap().name, "教育");
        let named = "单位编码\t单位名称\t单位类别\t学段\t开办日期\n2199000001\t第一小学\t学校\t小学\t2000年9月1日\n";
        let definition = read(CSV, named.as_bytes()).unwrap().remove(0).definition.unwrap();
        assert_eq!((definition.kind, definition.stage), (Kind::School, Some(Stage::Primary)));
        assert_eq!(definition.opened_on, chrono::NaiveDate::from_ymd_opt(2000, 9, 1));
    }
}
