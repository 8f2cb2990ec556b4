//! What people do to a workbook: taken where the meaning is certain, named where it is not.

use regex::Regex;
use serde_json::{Value, json};

use super::book::{Book, Typed, XLSX, number, text};
use super::{FORM, service, sheet};
use crate::support::{Client, SCHOOL, TestApp};

async fn desk(app: &TestApp) -> (Client, Book) {
    let reporter = app.log_in("reporter").await;
    let book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    (reporter, book)
}

/// What became of a cell: its value, or what is said of it.
async fn outcome(client: &Client, book: &Book, place: &str) -> String {
    let answer = book.import(client, "?dry_run=false").await;
    if answer.status == 200 {
        let submission = client.get(&sheet()).await.expect(200);
        return submission["values"][0]["value"].to_string();
    }
    let violations = answer.problem(422, "validation_failed");
    violations.join(" ").replace(&format!("填报!{place} "), "!")
}

#[tokio::test]
async fn what_is_typed_is_taken_where_it_is_certain() {
    let app = service().await;
    let (reporter, blank) = desk(&app).await;
    for (indicator, typed, expected) in [
        ("pupils", text("1,234"), "1234"),
        ("pupils", text("１，２３４"), "1234"),
        ("pupils", text(" 85 "), "85"),
        ("pupils", text("\u{a0}"), "null"),
        ("pupils", text("1234人"), "!wrong_type"),
        ("pupils", text("12,34"), "!wrong_type"),
        ("pupils", text("无"), "!wrong_type"),
        ("pupils", text("85％"), "!wrong_type"),
        ("pupils", number("1.5"), "!too_many_digits"),
        ("pupils", number("-1"), "!out_of_range"),
        ("pupils", number("1234567890123456789"), "!too_many_digits"),
        ("pupils", Typed::Boolean(true), "!wrong_type"),
        ("pupils", Typed::Error("#DIV/0!"), "!wrong_type"),
        ("pupils", Typed::Formula("100+20", Some("120")), "120"),
        ("pupils", Typed::Formula("100+20", None), "!wrong_type"),
        ("sleep", number("0.30000000000000004"), "0.3"),
        ("sleep", text("85%"), "!wrong_type"),
        ("grant", text("１２，３４５．６"), "12345.6"),
        ("grant", number("0.001"), "!too_many_digits"),
        ("fitness", number("0.35"), "0.35"),
        ("fitness", text("35％"), "0.35"),
        ("fitness", text("０．３５"), "0.35"),
        ("fitness", number("1.2"), "1.2"),
        ("fitness", text("35"), "!wrong_format"),
        ("library", text("是"), "true"),
        ("library", Typed::Boolean(false), "false"),
        ("library", number(1), "true"),
        ("library", text("也许"), "!wrong_type"),
        ("heating", text(" 天然气 "), "\"gas\""),
        ("heating", text("coal"), "\"coal\""),
        ("heating", text("空气源热泵，集中"), "!not_allowed"),
        ("heating", text("木柴"), "!not_allowed"),
        ("inspected_on", number(44805), "\"2022-09-01\""),
        ("inspected_on", text("2022年9月1日"), "\"2022-09-01\""),
        ("inspected_on", text("2022.9.1"), "\"2022-09-01\""),
        ("inspected_on", text("9/1/2022"), "!wrong_format"),
        ("inspected_on", number("44805.5"), "!wrong_format"),
        ("inspected_on", number(2_958_465), "\"9999-12-31\""),
        ("inspected_on", number(2_958_466), "!wrong_format"),
        ("inspected_on", number(20_231_216), "!wrong_format"),
        ("remark", number(13_800_138_000_u64), "\"13800138000\""),
        ("remark", text("=SUM(A1)"), "\"=SUM(A1)\""),
        ("remark", text(&"长".repeat(2001)), "!wrong_length"),
    ] {
        let mut book = blank.clone();
        let place = book.fill(indicator, "", &typed);
        assert_eq!(outcome(&reporter, &book, &place).await, expected, "{indicator}: {typed:?}");
    }
}

#[tokio::test]
async fn everything_is_named_at_once() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    let pupils = book.fill("pupils", "", &text("约100"));
    let girls = book.fill("boarders", "sex=girls", &number("2.5"));
    let absences = book.fill("absences", "grade=two;sex=boys", &text("-"));
    let note = book.place("sleep", "", true);
    book.set(&note, &text(&"长".repeat(2001)));
    let mut expected = [
        format!("填报!{pupils} wrong_type"),
        format!("填报!{girls} too_many_digits"),
        format!("填报!{absences} wrong_type"),
        format!("填报!{note} wrong_length"),
    ];
    expected.sort();
    assert_eq!(book.import(&reporter, "").await.problem(422, "validation_failed"), expected);
    let report = book.import(&reporter, "?atomic=false").await.expect(200);
    assert_eq!(report["rejected"][0]["violations"].as_array().unwrap().len(), 4);
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submissions").await, 0);
}

/// Moves all rows from one on by one, as somebody does who inserts a row.
fn insert_row(xml: &str, before: usize) -> String {
    let moved =
        |row: &str| row.parse::<usize>().map(|row| if row >= before { row + 1 } else { row }).unwrap().to_string();
    let rows = Regex::new(r#"<row r="(\d+)""#)
        .unwrap()
        .replace_all(xml, |found: &regex::Captures<'_>| format!("<row r=\"{}\"", moved(&found[1])));
    let cells = Regex::new(r#"<c r="([A-Z]+)(\d+)""#)
        .unwrap()
        .replace_all(&rows, |found: &regex::Captures<'_>| format!("<c r=\"{}{}\"", &found[1], moved(&found[2])));
    Regex::new(r"<mergeCells.*</mergeCells>").unwrap().replace(&cells, "").into_owned()
}

fn row(xml: &str, row: usize) -> String {
    let begin = xml.find(&format!("<row r=\"{row}\"")).unwrap();
    let end = begin + xml[begin..].find("</row>").unwrap() + "</row>".len();
    xml[begin..end].to_owned()
}

fn row_number(place: &str) -> usize {
    place.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap()
}

#[tokio::test]
async fn moved_rows_are_found_again() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    let sleep = book.fill("sleep", "", &number("9.5"));
    book.fill("absences", "grade=one;sex=girls", &number(7));
    let at = row_number(&sleep);
    book.change_data(|xml| insert_row(&xml, at));
    book.import(&reporter, "").await.expect(200);
    let values = reporter.get(&sheet()).await.expect(200)["values"].clone();
    let shown: Vec<&Value> = values.as_array().unwrap().iter().map(|each| &each["value"]).collect();
    assert_eq!(json!(shown), json!([100, 9.5, 7]));
    // Another place, and so it is named there.
    let mut wrong = book.clone();
    let moved = sleep.replace(&at.to_string(), &(at + 1).to_string());
    wrong.set(&moved, &text("九"));
    let violations = wrong.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{moved} wrong_type")]);
}

#[tokio::test]
async fn rows_that_are_gone_doubled_or_renamed_are_named() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    let sleep = book.fill("sleep", "", &number("9.5"));
    let at = row_number(&sleep);
    let mut gone = book.clone();
    gone.change_data(|xml| xml.replace(&row(&xml, at), ""));
    let violations = gone.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{sleep} inconsistent")]);
    let mut twice = book.clone();
    twice.change_data(|xml| {
        let copy = row(&xml, at).replace(&format!("<row r=\"{at}\""), "<row r=\"99\"");
        let copy = Regex::new(&format!(r#"r="([A-Z]+){at}""#)).unwrap().replace_all(&copy, "r=\"${1}99\"").into_owned();
        xml.replace("</sheetData>", &format!("{copy}</sheetData>"))
    });
    let violations = twice.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{sleep} inconsistent")]);
    let mut renamed = book.clone();
    renamed.set(&sleep.replace('F', "C"), &text("平均身高：女"));
    let violations = renamed.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{sleep} inconsistent")]);
}

/// The cell of the sheet that shows a text.
fn shows(book: &Book, text: &str) -> String {
    let cells = book.cells("填报");
    cells.iter().find(|(_, shown)| *shown == text).unwrap_or_else(|| panic!("nothing shows {text}")).0.clone()
}

#[tokio::test]
async fn columns_whose_heads_are_others_are_named() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    book.fill("absences", "grade=one;sex=girls", &number(11));
    book.fill("absences", "grade=two;sex=girls", &number(12));
    book.fill("absences", "grade=one;sex=boys", &number(22));
    let (girls, boys) = (shows(&book, "女"), shows(&book, "男"));
    let mut exchanged = book.clone();
    exchanged.set(&girls, &text("男"));
    exchanged.set(&boys, &text("女"));
    let answer = exchanged.import(&reporter, "").await;
    let expected = [&girls, &boys].map(|place| format!("填报!{place} inconsistent"));
    assert_eq!(answer.problem(422, "validation_failed"), expected);
    assert!(answer.text.contains("此处应为“女”，但名称对不上"), "{}", answer.text);
    let back = Book::open(&exchanged.import(&reporter.with("accept", XLSX), "").await.bytes);
    assert_eq!((shows(&back, "女"), shows(&back, "男")), (girls.clone(), boys), "it comes back as it was");
    // Whose the values are nobody knows, and they are not taken for nothing.
    let again = back.import(&reporter, "?dry_run=true").await.problem(422, "validation_failed");
    let refused_at = |grade: &str, sex: &str| {
        format!("填报!{} wrong_type", book.place("absences", &format!("grade={grade};sex={sex}"), false))
    };
    assert_eq!(again, [refused_at("one", "girls"), refused_at("two", "girls"), refused_at("one", "boys")]);

    let mut periods = book.clone();
    let (last, this) = (shows(&book, "上期\n2021年"), shows(&book, "本期\n2022年"));
    periods.set(&last, &text("本期\n2022年"));
    periods.set(&this, &text("上期\n2021年"));
    let violations = periods.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{this} inconsistent")]);
    let mut gone = book.clone();
    gone.change_data(|xml| xml.replace(&row(&xml, row_number(&girls)), ""));
    let violations = gone.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations.len(), 2, "{violations:?}");
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submissions").await, 0);

    book.set(&this, &text(" 本期　２０２２年"));
    book.set(&girls, &text("女 "));
    book.import(&reporter, "").await.expect(200);
}

/// Moves all columns from E on by one, as somebody does who inserts a column.
fn insert_column(xml: &str) -> String {
    let moved = |found: &regex::Captures<'_>| {
        let letter = found[1].chars().next().unwrap();
        let letter = if letter >= 'E' { char::from_u32(u32::from(letter) + 1).unwrap() } else { letter };
        format!("<c r=\"{letter}{}\"", &found[2])
    };
    let cells = Regex::new(r#"<c r="([A-Z])(\d+)""#).unwrap().replace_all(xml, moved);
    Regex::new(r"<mergeCells.*</mergeCells>").unwrap().replace(&cells, "").into_owned()
}

#[tokio::test]
async fn moved_columns_are_found_again_with_their_heads() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    book.fill("absences", "grade=one;sex=girls", &number(7));
    let this = shows(&book, "本期\n2022年");
    book.change_data(|xml| insert_column(&xml));
    book.import(&reporter, "").await.expect(200);
    let values = reporter.get(&sheet()).await.expect(200)["values"].clone();
    assert_eq!(json!([values[0]["value"], values[1]["value"]]), json!([100, 7]));
    book.set(&this.replace('F', "G"), &text("上期"));
    let violations = book.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{} inconsistent", this.replace('F', "G"))], "where it is now");
}

#[tokio::test]
async fn what_no_cell_can_say_is_refused_again_when_it_comes_back() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    book.fill("remark", "", &Typed::Error("#REF!"));
    book.fill("library", "", &Typed::Formula("1+1", None));
    let cells = ["remark", "library"].map(|code| format!("填报!{} wrong_type", book.place(code, "", false)));
    let refused = |violations: Vec<String>| {
        let mut violations = violations;
        violations.sort();
        let mut cells = cells.to_vec();
        cells.sort();
        assert_eq!(violations, cells);
    };
    refused(book.import(&reporter, "").await.problem(422, "validation_failed"));
    let back = Book::open(&book.import(&reporter.with("accept", XLSX), "").await.bytes);
    refused(back.import(&reporter, "").await.problem(422, "validation_failed"));
}

#[tokio::test]
async fn what_stands_where_nothing_is_asked_is_named() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    let beyond = |cell: &str| format!("{cell}</row>");
    let mut beside = book.clone();
    beside.change_data(|xml| {
        let last = row(&xml, 6);
        xml.replace(&last, &last.replace("</row>", &beyond(r#"<c r="N6"><v>7</v></c>"#)))
    });
    let answer = beside.import(&reporter, "").await;
    assert_eq!(answer.problem(422, "validation_failed"), ["填报!N6 unknown_field"]);
    assert!(answer.text.contains("此处不需要填写"), "{}", answer.text);
    let back = Book::open(&beside.import(&reporter.with("accept", XLSX), "").await.bytes);
    let problems = back.cells("问题");
    assert_eq!((problems["C3"].to_string(), problems["D3"].to_string()), ("填报!N6".to_owned(), "7".to_owned()));
    back.import(&reporter, "?dry_run=true").await.expect(200);
    let below = |value: &str| {
        let mut below = book.clone();
        let row = format!(r#"<row r="99"><c r="C99" t="inlineStr"><is><t>{value}</t></is></c></row></sheetData>"#);
        below.change_data(|xml| xml.replace("</sheetData>", &row));
        below
    };
    let violations = below("另有 3 人").import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, ["填报!C99 unknown_field"]);
    below(" ").import(&reporter, "").await.expect(200);
}

#[tokio::test]
async fn merged_cells_are_named_where_they_hide_a_value() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    let girls = book.fill("boarders", "sex=girls", &number(5));
    let boys = book.place("boarders", "sex=boys", false);
    book.change_data(|xml| {
        let merged = Regex::new(r#"<mergeCells count="\d+">"#).unwrap();
        merged.replace(&xml, format!("<mergeCells count=\"999\"><mergeCell ref=\"{girls}:{boys}\"/>")).into_owned()
    });
    let violations = book.import(&reporter, "").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{boys} inconsistent")]);
}

#[tokio::test]
async fn other_sheets_and_other_names_do_not_matter() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    let mut hidden = book.clone();
    hidden.change("xl/workbook.xml", |xml| {
        xml.replace("<sheet name=\"填写说明\"", "<sheet name=\"填写说明\" state=\"hidden\"")
    });
    hidden.import(&reporter, "").await.expect(200);
    book.change("xl/workbook.xml", |xml| xml.replace("<sheet name=\"填报\"", "<sheet name=\"数据\""));
    assert_eq!(book.import(&reporter, "").await.expect(200)["unchanged"], 1, "the sheet has another name");
    let mut without_map = book.clone();
    without_map.change("xl/workbook.xml", |xml| xml.replace("name=\"_jixiao\"", "name=\"Sheet4\""));
    assert_eq!(without_map.import(&reporter, "").await.problem(422, "validation_failed"), ["_jixiao missing"]);
    reporter
        .send_raw(reqwest::Method::POST, "/v1/submissions/import", Some((super::book::XLSX, b"PK nothing".to_vec())))
        .await
        .problem(400, "malformed_request");
}

#[tokio::test]
async fn a_hidden_column_that_is_gone_is_done_without() {
    let app = service().await;
    let (reporter, mut book) = desk(&app).await;
    book.fill("pupils", "", &number(100));
    book.fill("absences", "grade=one;sex=girls", &number(7));
    book.change_data(|xml| Regex::new(r#"<c r="A\d+"[^>]*?(/>|>.*?</c>)"#).unwrap().replace_all(&xml, "").into_owned());
    book.import(&reporter, "").await.expect(200);
    assert_eq!(reporter.get(&sheet()).await.expect(200)["values"].as_array().unwrap().len(), 2);
}
