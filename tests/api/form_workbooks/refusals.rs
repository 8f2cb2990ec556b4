//! A workbook that is refused: of another form or school, or with something wrong in it.

use super::book::{Book, XLSX, number, text};
use super::{CATALOGUE, FORM, full, service, sheet};
use crate::support::{SCHOOL, SIBLING};

/// Says in the hidden sheet that the workbook is of another school, period or version.
fn claim(book: &mut Book, place: &str, value: &str) {
    let cell = regex::Regex::new(&format!(r#"<c r="{place}"[^>]*>.*?</c>"#)).unwrap();
    let sheet = ["sheet3", "sheet4"]
        .into_iter()
        .map(|name| format!("xl/worksheets/{name}.xml"))
        .find(|name| book.has(name) && cell.is_match(&book.part(name)) && book.part(name).contains("sheetProtection"));
    book.change(&sheet.unwrap(), |xml| {
        cell.replace(&xml, format!(r#"<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>"#)).into_owned()
    });
}

#[tokio::test]
async fn a_workbook_of_another_school_is_not_found() {
    let app = service().await;
    let sibling = app.log_in("reporter2").await;
    let mut book = Book::download(&sibling, FORM, "2022", SIBLING).await;
    book.fill("pupils", "", &number(1));
    let reporter = app.log_in("reporter").await;
    book.import(&reporter, "").await.problem(404, "not_found");
    claim(&mut book, "B4", SCHOOL);
    book.import(&reporter, "").await.expect(200);
    claim(&mut book, "B2", "nothing");
    book.import(&reporter, "").await.problem(404, "not_found");
}

#[tokio::test]
async fn a_workbook_of_another_period_is_named() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill("pupils", "", &number(1));
    claim(&mut book, "B5", "2022-06");
    assert_eq!(book.import(&reporter, "").await.problem(422, "validation_failed"), ["_jixiao!B5 wrong_period_type"]);
    claim(&mut book, "B5", "2099");
    let answer = book.import(&reporter, "").await;
    assert_eq!(answer.problem(422, "validation_failed"), [" state_forbids"], "its window has not opened");
}

#[tokio::test]
async fn a_workbook_of_an_older_version_comes_back_as_the_current_one() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill("pupils", "", &number(77));
    let remark = book.fill("remark", "", &text("没有带过去"));
    let shorter = CATALOGUE.replace("      - {indicator: remark}\n", "");
    let document: jixiao::catalogue::document::CatalogueDocument = serde_saphyr::from_str(&shorter).unwrap();
    let form = serde_json::to_string(&document.forms[0]).unwrap().replace('\'', "''");
    let whole = serde_json::to_string(&document).unwrap().replace('\'', "''");
    app.execute(&format!(
        "UPDATE catalogue_versions SET superseded_at = '2021-01-01';
         INSERT INTO catalogue_versions (bureau_id, version, document, recorded_at, recorded_by)
             VALUES (1, 2, '{whole}', '2021-01-01', 'system:test');
         INSERT INTO form_versions VALUES (1, '{FORM}', 2, '{form}', 2, '2021-01-01', 'system:test')"
    ))
    .await;
    let answer = book.import(&reporter, "").await;
    assert_eq!(answer.problem(422, "validation_failed"), ["_jixiao!B3 inconsistent"]);
    assert!(answer.text.contains("第 1 版") && answer.text.contains("第 2 版"), "{}", answer.text);
    let answer = book.import(&reporter.with("accept", XLSX), "").await;
    assert_eq!((answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()), (422, XLSX));
    let current = Book::open(&answer.bytes);
    assert_eq!(current.cells("_jixiao")["B3"].to_string(), "2");
    assert_eq!(current.cells("填报")[&current.place("pupils", "", false)].to_string(), "77");
    let problems: Vec<String> = current.cells("问题").values().map(ToString::to_string).collect();
    assert!(problems.iter().any(|each| each == "没有带过去"), "{remark} is not in {problems:?}");
    let advice = current.cells("问题")["A1"].to_string();
    assert!(advice.contains("没有标红的单元格"), "nothing is red, and so {advice}");
    assert_eq!(current.import(&reporter, "").await.expect(200)["created"], 1);
}

#[tokio::test]
async fn what_is_wrong_comes_back_in_the_workbook() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill_in(&full());
    let grant = book.fill("grant", "", &text("约一万"));
    let absences = book.fill("absences", "grade=two;sex=boys", &number("1.5"));
    let answer = book.import(&reporter.with("accept", XLSX), "").await;
    assert_eq!((answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()), (422, XLSX));
    let back = Book::open(&answer.bytes);
    let cells = back.cells("填报");
    assert_eq!((cells[&grant].to_string(), cells[&absences].to_string()), ("约一万".to_owned(), "1.5".to_owned()));
    assert_eq!(cells[&back.place("pupils", "", false)].to_string(), "1234", "what was right is there as well");
    let comments = back.part("xl/comments1.xml");
    for place in [&grant, &absences] {
        assert!(comments.contains(&format!("ref=\"{place}\"")), "{place} has a comment");
    }
    let problems = back.cells("问题");
    assert_eq!((problems["B3"].to_string(), problems["B4"].to_string()), (absences.clone(), grant.clone()));
    assert_eq!(
        (problems["D4"].to_string(), problems["C4"].to_string()),
        ("约一万".to_owned(), "家庭经济困难学生生活补助发放金额".to_owned())
    );
    let styles = back.part("xl/styles.xml");
    assert!(styles.contains("FFFF9999"), "wrong cells are red");
    // Mended, it is taken.
    let mut mended = back.clone();
    mended.fill("grant", "", &number(10000));
    mended.fill("absences", "grade=two;sex=boys", &number(2));
    assert_eq!(mended.import(&reporter, "").await.expect(200)["created"], 1);
    let plain = book.import(&reporter.with("accept", "application/json"), "").await;
    assert_eq!(plain.problem(422, "validation_failed").len(), 2, "others get the problem");
}

#[tokio::test]
async fn rules_that_do_not_hold_come_back_at_their_cells() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let mut book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    book.fill_in(&full());
    let pupils = book.fill("pupils", "", &number(10));
    book.import(&reporter, "").await.expect(200);
    assert_eq!(
        reporter.get(&sheet()).await.expect(200)["state"],
        "draft",
        "a draft may break rules, as it may when it is sent as JSON"
    );
    let violations = book.import(&reporter, "?submit=true").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{pupils} rule_violated")]);
    let boys = book.fill("boarders", "sex=boys", &super::book::Typed::Nothing);
    let violations = book.import(&reporter, "?submit=true").await.problem(422, "validation_failed");
    assert_eq!(violations, [format!("填报!{pupils} rule_violated"), format!("填报!{boys} required_value")]);
    let answer = book.import(&reporter.with("accept", XLSX), "?submit=true").await;
    assert_eq!(answer.status, 422);
    let back = Book::open(&answer.bytes);
    let comments = back.part("xl/comments1.xml");
    let girls = back.place("boarders", "sex=girls", false);
    for place in [&pupils, &girls, &boys] {
        assert!(comments.contains(&format!("ref=\"{place}\"")), "{place} has a comment");
    }
    assert!(comments.contains("寄宿学生数不得大于在校学生数") && comments.contains("必填"));
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM submission_revisions").await, 0);
}
