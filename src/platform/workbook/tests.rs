//! Files that are made to hurt, and files that people make.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// A workbook out of its parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const PACKAGE: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook of one sheet with this XML, and further parts.
fn book(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    parts.extend(more);
    packed(&parts)
}

fn sheet(rows: &str) -> String {
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:XFD1048576\"/>\
         <sheetData>{rows}</sheetData></worksheet>"
    )
}

fn cells(bytes: &[u8]) -> Result<Vec<Cell>> {
    let mut workbook = read(bytes, Limits::FORM)?;
    let name = workbook.sheets()[0].name.clone();
    workbook.cells(&name)?.collect()
}

fn code(bytes: &[u8]) -> Code {
    cells(bytes).unwrap_err().code()
}

#[test]
fn gigantic_dimensions_cost_nothing() {
    let found = cells(&book(&sheet("<row r=\"7\"><c r=\"B7\"><v>1.50</v></c></row>"), &[])).unwrap();
    let position = "B7".parse().unwrap();
    assert_eq!(found, [Cell { position, value: Value::Number("1.5".parse().unwrap()), is_formula: false }]);
}

#[test]
fn bombs_are_refused_while_they_are_inflated() {
    let zeros = vec![0; 10 * 1024 * 1024];
    let names: Vec<String> = (0..40).map(|number| format!("xl/media/image{number}.png")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
    let bomb = book(&sheet(""), &parts);
    assert!(bomb.len() < 500_000, "it is small: {}", bomb.len());
    assert_eq!(code(&bomb), Code::PayloadTooLarge);
    assert_eq!(guard::inspect(&bomb, Limits::TABLE), Err(Refusal::TooMuch), "by its ratio, however large it may be");

    // Nested ones are never opened, and weigh what they weigh.
    assert!(cells(&book(&sheet(""), &[("xl/embeddings/inner.zip", &bomb)])).is_ok());

    let rows = sheet(&"<row><c><v>1</v></c></row>".repeat(400_000));
    assert_eq!(code(&book(&rows, &[])), Code::PayloadTooLarge, "more cells than a form has");
    let names: Vec<String> = (0..600).map(|number| format!("xl/media/{number}")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(code(&book(&sheet(""), &parts)), Code::PayloadTooLarge, "more parts");
}

#[test]
fn what_a_file_says_of_its_sizes_counts_for_nothing() {
    let mut lying = book(&sheet(""), &[("xl/media/a.png", &vec![0; 9 * 1024 * 1024])]);
    let honest = u32::to_le_bytes(9 * 1024 * 1024);
    let places: Vec<usize> = (0..lying.len() - 4).filter(|at| lying[*at..*at + 4] == honest).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&u32::to_le_bytes(10));
    }
    assert!(matches!(code(&lying), Code::PayloadTooLarge | Code::MalformedRequest));
}

#[test]
fn the_directory_is_the_one_that_every_reader_finds() {
    let whole = book(&sheet(""), &[]);
    assert!(guard::inspect(&whole, Limits::FORM).is_ok());
    let end = whole.len() - 22;
    for (at, what) in
        [(20, "a comment that is not there"), (8, "parts on other disks"), (10, "fewer parts than there are")]
    {
        let mut changed = whole.clone();
        changed[end + at] ^= 1;
        assert_eq!(guard::inspect(&changed, Limits::FORM), Err(Refusal::Damaged), "{what}");
    }
    let mut second = whole.clone();
    second.extend([b"PK\x05\x06", &[0; 18][..]].concat());
    assert_eq!(guard::inspect(&second, Limits::FORM), Err(Refusal::Damaged), "another directory before it");
}

#[test]
fn a_part_that_is_not_looked_at_is_not_large() {
    let mut large = vec![0; 17 * 1024 * 1024];
    // Not too repetitive.
    for (i, byte) in large.iter_mut().enumerate() {
        *byte = u8::try_from(i * i / 7 % 251).unwrap();
    }
    assert_eq!(guard::inspect(&book(&sheet(""), &[("xl/media/a.png", &large)]), Limits::TABLE), Err(Refusal::TooMuch));
}

#[test]
fn a_table_has_a_name_that_a_workbook_allows() {
    for name in ["教师/职工名册", "'", "一本名称特别长的台账，长到任何电子表格软件都不会允许它作为工作表的名称"]
    {
        let columns = vec![crate::platform::rows::Column::text("code", "编码")];
        assert!(TableWriter::begin(name, columns).is_ok(), "{name}");
    }
}

#[test]
fn strings_are_counted_and_not_believed() {
    let announced = br#"<sst uniqueCount="18446744073709551615"><si><t>a</t></si></sst>"#;
    assert_eq!(code(&book(&sheet(""), &[("xl/sharedStrings.xml", announced)])), Code::PayloadTooLarge);
    let many = format!("<sst>{}</sst>", "<si/>".repeat(500_001));
    assert_eq!(code(&book(&sheet(""), &[("xl/sharedStrings.xml", many.as_bytes())])), Code::PayloadTooLarge);
}

#[test]
fn declarations_entities_and_other_encodings_are_refused() {
    let dtd = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\"><!ENTITY b \"&a;&a;&a;\">]>";
    let text = sheet("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&b;</t></is></c></row>");
    assert_eq!(code(&book(&format!("{dtd}{text}"), &[])), Code::MalformedRequest);
    assert_eq!(code(&book(&sheet(""), &[("docProps/app.xml", dtd.as_bytes())])), Code::MalformedRequest, "in any part");
    let utf16: Vec<u8> = dtd.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(code(&book(&sheet(""), &[("docProps/app.xml", &utf16)])), Code::MalformedRequest);
    // An entity that is declared nowhere stands for nothing.
    assert!(
        cells(&book(&text, &[]))
            .is_ok_and(|found| found.iter().all(|cell| cell.value != Value::Text("root".to_owned())))
            || code(&book(&text, &[])) == Code::MalformedRequest
    );
}

#[test]
fn quadratic_xml_stays_cheap() {
    let attributes = (0..20_000).map(|number| format!(" a{number}=\"1\"")).collect::<Vec<_>>().concat();
    let tags = format!("<row r=\"1\"{attributes}><c r=\"A1\"><v>1</v></c></row>");
    assert!(matches!(
        cells(&book(&sheet(&tags), &[])).map_err(|error| error.code()),
        Ok(_) | Err(Code::PayloadTooLarge)
    ));
    let deep = "<x>".repeat(200_000);
    let _ = cells(&book(&sheet(&deep), &[]));
}

#[test]
fn other_files_are_called_by_their_names() {
    let name = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let ole = |stream: &str| [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 600], name(stream)].concat();
    let said = |bytes: &[u8]| cells(bytes).unwrap_err();
    assert!(said(&ole("EncryptedPackage")).message().zh.contains("密码"));
    for (bytes, kind) in [
        (ole("Workbook"), "xls"),
        (packed(&[("xl/workbook.bin", b"")]), "xlsb"),
        (packed(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"")]), "ods"),
    ] {
        let error = said(&bytes);
        assert_eq!(error.code(), Code::UnsupportedMediaType, "{kind}");
        assert!(error.message().zh.contains(kind), "{kind}");
    }
    for bytes in [&b""[..], b"code,name\n", b"PK\x03\x04", &packed(&[("a", b"")])] {
        assert_eq!(code(bytes), Code::MalformedRequest);
    }
}

#[test]
fn positions_beyond_a_sheet_are_refused() {
    for place in ["AAAAAAAAAAAAAA1", "A99999999999999", "XFE1", "A1048577", "A0", "7", "Ａ1"] {
        let row = format!("<row><c r=\"{place}\"><v>1</v></c></row>");
        assert_eq!(code(&book(&sheet(&row), &[])), Code::MalformedRequest, "{place}");
    }
}

/// What Excel writes: every kind of cell, a hidden sheet, merged cells.
fn ordinary() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("数据").unwrap();
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    sheet.write(0, 0, "名称").unwrap();
    sheet.write(1, 0, 0.1 + 0.2).unwrap();
    sheet.write(1, 1, true).unwrap();
    sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(2022, 6, 1).unwrap(), &day).unwrap();
    sheet.write_formula(1, 3, Formula::new("=1+2").set_result("3")).unwrap();
    sheet.write_number_with_format(1, 4, 0.85, &Format::new().set_num_format("0.00%")).unwrap();
    sheet.write_number_with_format(1, 5, 0.25, &Format::new().set_num_format("hh:mm")).unwrap();
    sheet.write_blank(1, 6, &day).unwrap();
    sheet.write(1, 7, 123_456_789_012_345_678_i64).unwrap();
    sheet.merge_range(3, 0, 4, 2, "合并", &Format::new()).unwrap();
    workbook.add_worksheet().set_name("_meta").unwrap().set_hidden(true).write(0, 0, "v1").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn cells_are_read_as_people_see_them() {
    let bytes = ordinary();
    let mut workbook = read(&bytes, Limits::FORM).unwrap();
    let sheets: Vec<(&str, bool)> =
        workbook.sheets().iter().map(|sheet| (sheet.name.as_str(), sheet.is_visible)).collect();
    assert_eq!(sheets, [("数据", true), ("_meta", false)]);
    let grid = workbook.grid("数据").unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2022, 6, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
    for (name, value, is_formula) in [
        ("A1", Value::Text("名称".to_owned()), false),
        ("A2", Value::Number("0.3".parse().unwrap()), false),
        ("B2", Value::Boolean(true), false),
        ("C2", Value::Date(day), false),
        ("D2", Value::Number(3.into()), true),
        ("E2", Value::Number("0.85".parse().unwrap()), false),
        ("F2", Value::Time("0.25".to_owned()), false),
        ("H2", Value::Imprecise("123456789012345680".to_owned()), false),
        ("A4", Value::Text("合并".to_owned()), false),
    ] {
        let cell = &grid[&name.parse().unwrap()];
        assert_eq!((&cell.value, cell.is_formula), (&value, is_formula), "{name}");
    }
    assert_eq!(grid.len(), 9, "what is empty is passed over");
    let merged = workbook.merged("数据").unwrap();
    assert_eq!(merged, [Area { first: "A4".parse().unwrap(), last: "C5".parse().unwrap() }]);
    assert!(merged[0].contains("B5".parse().unwrap()) && !merged[0].contains("D5".parse().unwrap()));
    assert_eq!(workbook.percentages("数据").unwrap(), ["E2".parse().unwrap()]);
    assert_eq!(workbook.grid("_meta").unwrap().len(), 1);
    assert!(workbook.grid("another").is_err());
}

#[test]
fn a_percent_sign_in_quotation_marks_is_only_shown() {
    for (format, expected) in [("0%", true), ("0.00\"%\"", false), ("0\\%", false), ("\"a\"0%\"b\"", true)] {
        assert_eq!(is_percentage(format), expected, "{format}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_that_was_cut_off_is_refused(cut in 0.0..1.0_f64) {
        let bytes = ordinary();
        let kept = format!("{:.0}", cut * f64::from(u32::try_from(bytes.len() - 1).unwrap()));
        let kept: usize = kept.parse().unwrap();
        prop_assert!(matches!(code(&bytes[..kept]), Code::MalformedRequest));
    }

    #[test]
    fn a_file_that_was_damaged_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = ordinary();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = cells(&bytes);
    }

    #[test]
    fn whatever_stands_in_a_sheet_is_read_or_refused(rows in "(<(row|c|v|f|is|t)( r=\"[A-Z0-9]{1,9}\"| t=\"(s|b|e|n|d|str|inlineStr)\"| s=\"9\")?/?>|[0-9]{1,3}|</(row|c|v|f|is|t)>){0,30}") {
        let _ = cells(&book(&sheet(&rows), &[]));
    }
}
