//! What the workbook looks like when it is downloaded.

use serde_json::json;

use super::book::Book;
use super::{CATALOGUE, FORM, full, service, sheet};
use crate::support::{Desk, SCHOOL, SIBLING, TestApp};

#[tokio::test]
async fn a_school_finds_everything_that_it_needs() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    let cells = book.cells("填报");
    let shown: Vec<String> = cells.values().map(ToString::to_string).collect();
    for text in [
        "学校基本情况年报（2022年）",
        "在校学生数 *",
        "寄宿学生数：女 *",
        "人次",
        "上期\n2021年",
        "本期\n2022年",
        "一年级",
    ] {
        assert!(shown.iter().any(|each| each.contains(text)), "{text} is not among {shown:?}");
    }
    assert!(shown.iter().any(|each| each.contains(SCHOOL) && each.contains("2023年1月20日")), "school and due day");
    let guide = book.cells("填写说明");
    let guide: Vec<String> = guide.values().map(ToString::to_string).collect();
    for text in ["寄宿学生数不得大于在校学生数", "请说明原因", "按年末在册数填报", "2023年1月20日前报送为按时"]
    {
        assert!(guide.iter().any(|each| each.contains(text)), "{text} is not among {guide:?}");
    }
    let map = book.cells("_jixiao");
    for (place, text) in [("B2", FORM), ("B3", "1"), ("B4", SCHOOL), ("B5", "2022")] {
        assert_eq!(map[place].to_string(), text);
    }
}

#[tokio::test]
async fn only_what_is_filled_in_can_be_changed() {
    let app = service().await;
    let book = Book::download(&app.log_in("reporter").await, FORM, "2022", SCHOOL).await;
    let (data, styles, workbook) =
        (book.part("xl/worksheets/sheet1.xml"), book.part("xl/styles.xml"), book.part("xl/workbook.xml"));
    assert!(data.contains("<sheetProtection sheet=\"1\"") && !data.contains("password"));
    assert!(workbook.contains(r#"name="_jixiao""#) && workbook.contains(r#"state="veryHidden""#));
    assert!(data.contains(r#"paperSize="9""#) && data.contains(r#"orientation="landscape""#));
    let formats: Vec<&str> =
        styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap().split("<xf ").skip(1).collect();
    let style_of = |place: &str| -> usize {
        let cell = data.split(&format!("<c r=\"{place}\" s=\"")).nth(1).unwrap_or_else(|| panic!("no {place}"));
        cell.split('"').next().unwrap().parse().unwrap()
    };
    for (indicator, dimensions) in [("pupils", ""), ("absences", "grade=one;sex=boys"), ("remark", "")] {
        for note in [false, true] {
            let place = book.place(indicator, dimensions, note);
            assert!(formats[style_of(&place)].contains(r#"locked="0""#), "{indicator} at {place}");
        }
    }
    assert!(!formats[style_of("C6")].contains("locked=\"0\"") && !formats[style_of("E6")].contains("locked=\"0\""));
    let check = |indicator: &str| {
        let place = book.place(indicator, "", false);
        let found = data.split("<dataValidation ").skip(1).find(|check| check.contains(&format!("sqref=\"{place}\"")));
        found.unwrap_or_else(|| panic!("{indicator} is not checked")).to_owned()
    };
    assert!(check("pupils").contains("type=\"whole\"") && check("pupils").contains("此处应为非负整数"));
    assert!(check("sleep").contains("type=\"decimal\"") && check("grant").contains("type=\"custom\""));
    assert!(check("fitness").contains("<formula1>0</formula1>") && check("sleep").contains("<formula1>-1"));
    assert!(check("library").contains("\"是,否\"") && check("inspected_on").contains("type=\"date\""));
    assert!(check("heating").contains("'_jixiao'!$M$2:$M$5") && check("remark").contains("type=\"textLength\""));
    assert_eq!(book.cells("_jixiao")["M4"].to_string(), "空气源热泵，集中（pump）", "the same name twice");
}

#[tokio::test]
async fn the_heads_of_the_columns_stay_in_sight_and_on_every_page() {
    let app = service().await;
    let book = Book::download(&app.log_in("reporter").await, FORM, "2022", SCHOOL).await;
    assert_eq!(book.place("pupils", "", false), "F6");
    assert!(book.part("xl/worksheets/sheet1.xml").contains(r#"<pane xSplit="3" ySplit="5" topLeftCell="D6""#));
    assert!(book.part("xl/workbook.xml").contains("填报!$2:$5</definedName>"), "{}", book.part("xl/workbook.xml"));
    let fields = CATALOGUE.replace("      - {indicator: absences}\n", "");
    let app =
        TestApp::with_catalogue_of(&fields.replace("    fields:", "    fields:\n      - {indicator: absences}")).await;
    let book = Book::download(&app.log_in("reporter").await, FORM, "2022", SCHOOL).await;
    assert_eq!(book.place("absences", "grade=one;sex=girls", false), "F8");
    assert!(book.part("xl/worksheets/sheet1.xml").contains(r#"ySplit="7" topLeftCell="D8""#));
    assert!(book.part("xl/workbook.xml").contains("填报!$2:$7</definedName>"), "below the head of a grid");
}

#[tokio::test]
async fn it_holds_the_draft_and_the_period_before() {
    let app = service().await;
    let last = Desk::of(&app, FORM, "2021").await;
    last.bring_to("accepted", &full()).await;
    let reporter = app.log_in("reporter").await;
    reporter.put(&sheet(), &json!({"values": [{"indicator": "pupils", "value": 1300}]})).await.expect(201);
    let book = Book::download(&reporter, FORM, "2022", SCHOOL).await;
    let cells = book.cells("填报");
    let place = book.place("pupils", "", false);
    assert_eq!(cells[&place].to_string(), "1300");
    assert_eq!(cells[&place.replace('F', "E")].to_string(), "1234", "the period before stands beside it");
    let heating = book.place("heating", "", false);
    assert_eq!(cells[&heating.replace('F', "E")].to_string(), "空气源热泵，集中（pump2）");
    let absences = book.place("absences", "grade=three;sex=boys", false);
    assert!(!cells.contains_key(&absences));
}

#[tokio::test]
async fn a_workbook_is_for_those_who_fill_it_in() {
    let app = service().await;
    let reporter = app.log_in("reporter").await;
    let get = async |query: &str| reporter.get(&format!("/v1/forms/{FORM}/template.xlsx?{query}")).await;
    get(&format!("school={SIBLING}&period=2022")).await.problem(404, "not_found");
    assert_eq!(
        get(&format!("school={SCHOOL}&period=2022-06")).await.problem(422, "validation_failed"),
        ["?period wrong_period_type"]
    );
    get(&format!("school={SCHOOL}")).await.problem(400, "invalid_parameter");
    reporter
        .get(&format!("/v1/forms/nothing/template.xlsx?school={SCHOOL}&period=2022"))
        .await
        .problem(404, "not_found");
    let junior = CATALOGUE.replace("stages: [primary]", "stages: [junior_secondary]");
    let app = TestApp::with_catalogue_of(&junior).await;
    let answer =
        app.log_in("reporter").await.get(&format!("/v1/forms/{FORM}/template.xlsx?school={SCHOOL}&period=2022")).await;
    assert_eq!(answer.problem(422, "validation_failed"), ["?school school_not_in_form"]);
}

#[tokio::test]
async fn it_is_saved_under_a_name_that_says_what_it_is() {
    let app = service().await;
    let answer =
        app.log_in("reporter").await.get(&format!("/v1/forms/{FORM}/template.xlsx?school={SCHOOL}&period=2022")).await;
    let disposition = answer.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; ") && disposition.contains(".xlsx"), "{disposition}");
}
