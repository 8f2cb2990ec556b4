//! Tables as workbooks, in and out: register records, organisations, budget items, payments, assets.

mod guided;
mod returned;

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use reqwest::Method;
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::{Value, json};

use crate::assets::{self, ASSETS, computer};
use crate::finance::{self, ITEMS, PAYMENTS, item, pay, payment};
use crate::registers::{self, records};
use crate::support::{Answer, Client, SCHOOL, SIBLING, TestApp};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn import(client: &Client, path: &str, query: &str, book: Vec<u8>) -> Answer {
    client.send_raw(Method::POST, &format!("{path}/import{query}"), Some((XLSX, book))).await
}

fn counts(report: &Value) -> [u64; 3] {
    ["created", "updated", "unchanged"].map(|name| report[name].as_u64().unwrap())
}

/// Violations as `cell pointer code`.
fn cells(answer: &Answer) -> Vec<String> {
    let told = |each: &Value| {
        let text = |name: &str| each[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("cell"), text("pointer"), text("code"))
    };
    answer.json()["violations"].as_array().unwrap().iter().map(told).collect()
}

/// A workbook of rows of texts, numbers, and formulas.
fn book(rows: &[&[Value]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            match cell {
                Value::Number(number) => sheet.write(row, column, number.as_f64().unwrap()).unwrap(),
                Value::String(text) if text.starts_with('=') => {
                    sheet.write_formula(row, column, Formula::new(text.as_str()).set_result("1")).unwrap()
                }
                Value::String(text) => sheet.write_string(row, column, text.as_str()).unwrap(),
                Value::Bool(boolean) => sheet.write_boolean(row, column, *boolean).unwrap(),
                _ => sheet,
            };
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// What a list is as a workbook: the file, and the texts of its first sheet.
async fn export(client: &Client, path: &str) -> (Vec<u8>, Vec<Vec<String>>) {
    let answer = client.with("accept", XLSX).get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], XLSX);
    assert!(answer.headers["content-disposition"].to_str().unwrap().ends_with(".xlsx\""));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes.clone())).unwrap();
    let formulas = workbook.worksheet_formula(&workbook.sheet_names()[0]).unwrap();
    assert!(formulas.rows().flatten().all(String::is_empty), "no cell is a formula");
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let shown = |cell: &Data| match cell {
        Data::DateTime(day) => day.as_datetime().unwrap().date().to_string(),
        other => other.to_string(),
    };
    (answer.bytes, range.rows().map(|row| row.iter().map(shown).collect()).collect())
}

/// Sends a list back as it was exported, as a workbook and as CSV.
async fn comes_back(client: &Client, list: &str, path: &str, count: u64) -> Vec<Vec<String>> {
    let (bytes, rows) = export(client, list).await;
    let report = import(client, path, "", bytes).await.expect(200);
    assert_eq!(counts(&report), [0, 0, count], "{report}");
    let csv = client.with("accept", "text/csv").get(list).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let body = Some(("text/csv", csv.bytes));
    let report = client.send_raw(Method::POST, &format!("{path}/import"), body).await.expect(200);
    assert_eq!(counts(&report), [0, 0, count], "{}", csv.text);
    client.with("accept", "image/png").get(list).await.problem(406, "not_acceptable");
    rows
}

#[tokio::test]
async fn records_go_out_and_come_back() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    for (code, title) in [("a", "=1+1"), ("b", "合唱，\"甲\""), ("c", "-x")] {
        let fields = json!({"title": title, "prize": 1.5, "abroad": false, "given_on": "2022-06-01"});
        registers::enter(&officer, code, &fields).await;
    }
    let path = "/v1/registers/awards/records";
    let rows = comes_back(&officer, path, path, 3).await;
    assert_eq!(rows[0][..4], ["编码", "学校标识码", "状态", "状态日期"]);
    assert_eq!(rows[1][..4], ["code", "school", "state", "since"], "codes below the names");
    assert!(rows[2].contains(&"=1+1".to_owned()) && rows[2].contains(&"否".to_owned()));
    assert!(rows[2].contains(&"2022-06-01".to_owned()) && rows[2].contains(&"1.5".to_owned()));

    let head = [json!("编码"), json!("school"), json!("title"), json!("level"), json!("prize"), json!("given_on")];
    let wrong = book(&[
        &head,
        &[json!("d"), json!(SCHOOL), json!("象棋"), json!("city"), json!("=1+1"), json!("2022年6月1日")],
        &[json!("e"), json!(SCHOOL), json!("象棋"), json!("moon"), json!("１２．５"), json!("6/1/2022")],
        &[json!("f"), json!("9999999999"), json!("象棋"), json!("city"), json!("—"), Value::Null],
    ]);
    let refused = import(&officer, &records("awards"), "", wrong.clone()).await;
    refused.problem(422, "validation_failed");
    assert_eq!(
        cells(&refused),
        ["F3 /1/fields/given_on wrong_format", "D3 /1/fields/level not_allowed", "E4 /2/fields/prize wrong_type"]
    );
    assert!(refused.json()["violations"][0]["message"].as_str().unwrap().starts_with("单元格 F3："));
    let report = import(&officer, &records("awards"), "?atomic=false&dry_run=true", wrong).await.expect(200);
    assert_eq!(
        (&report["created"], &report["rejected"][0]["line"]),
        (&json!(1), &json!(3)),
        "the result of a formula is taken"
    );
    assert_eq!(report["rejected"][0]["violations"][0]["cell"], "F3");
}

#[tokio::test]
async fn what_only_the_county_knows_is_named_by_its_cell_as_well() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    let file = book(&[
        &[json!("level"), json!("code"), json!("school"), json!("title")],
        &[json!("moon"), json!("a"), json!(SCHOOL), json!("合唱")],
        &[json!("city"), json!("b"), json!("9999999999"), json!("合唱")],
    ]);
    let refused = import(&officer, &records("awards"), "", file).await;
    refused.problem(422, "validation_failed");
    assert_eq!(cells(&refused), ["A2 /0/fields/level not_allowed", "C3 /1/school unknown_school"]);
    let message = refused.json()["violations"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "单元格 A2：只允许：县级、市级", "choices are called by their names");
    // What is a choice, and yet not allowed here, is not told that it is.
    let file = book(&[
        &[json!("code"), json!("school"), json!("title"), json!("level"), json!("state")],
        &[json!("a"), json!(SCHOOL), json!("合唱"), json!("市级"), json!("已确认")],
    ]);
    let refused = import(&officer, &records("awards"), "", file).await;
    assert_eq!(cells(&refused), ["E2 /0/state not_allowed"]);
    let message = refused.json()["violations"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("单元格 E2：新记录的状态只能是"), "{message}");
}

#[tokio::test]
async fn a_table_explains_what_has_to_be_explained() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    let head = ["编码", "学校标识码", "名称", "级别", "获奖人数", "情况说明"].map(Value::from);
    let row = |explanation: Value| [json!("a"), json!(SCHOOL), json!("合唱"), json!("市级"), json!(150), explanation];
    let path = records("awards");
    let refused = import(&officer, &path, "", book(&[&head, &row(Value::Null)])).await;
    assert_eq!(cells(&refused), ["F2 /0/explanations unexplained_warning"]);
    let explained = book(&[&head, &row(json!("全校参加"))]);
    assert_eq!(counts(&import(&officer, &path, "", explained).await.expect(200)), [1, 0, 0]);
    let rows = comes_back(&officer, &path, &path, 1).await;
    assert_eq!((&*rows[0][5], &*rows[2][5]), ("情况说明", "全校参加"));
}

#[tokio::test]
async fn organisations_go_out_and_come_back() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let path = "/v1/organisations";
    let count = admin.get(path).await.expect(200)["items"].as_array().unwrap().len();
    let rows = comes_back(&admin, path, path, u64::try_from(count).unwrap()).await;
    assert_eq!(rows[0], ["单位编码", "单位名称", "单位类别", "学段", "乡镇", "上级单位", "开办日期", "停办日期"]);
    assert!(rows.iter().any(|row| row[0] == SCHOOL && row[2] == "学校" && row[3] == "小学"), "{rows:?}");
    let some = export(&admin, "/v1/organisations?kind=school").await.1;
    assert!(some[2..].iter().all(|row| row[2] == "学校") && some.len() > 2);

    let head = ["单位编码", "单位名称", "单位类别", "学段", "开办日期"].map(Value::from);
    let new =
        book(&[&head, &[json!(2_199_000_088_i64), json!("新建小学"), json!("学校"), json!("小学"), json!("2022.9.1")]]);
    assert_eq!(counts(&import(&admin, path, "", new).await.expect(200)), [1, 0, 0]);
    let found = admin.get("/v1/organisations/2199000088").await.expect(200);
    assert_eq!((&found["stage"], &found["opened_on"]), (&json!("primary"), &json!("2022-09-01")));
    let wrong = book(&[&head, &[json!("2199000089"), json!(true), json!("学校"), json!("大学"), json!(44_713)]]);
    let refused = import(&admin, path, "", wrong).await;
    refused.problem(422, "validation_failed");
    assert_eq!(cells(&refused), ["B2 /0/name wrong_type", "E2 /0/opened_on wrong_format", "D2 /0/stage not_allowed"]);
}

#[tokio::test]
async fn items_and_payments_go_out_and_come_back() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    finance::enter(
        &finance,
        &item("001", 120_000.5, &json!({"is_procurement": true, "document": "深财教〔2022〕5号"})),
    )
    .await;
    finance::enter(&finance, &item("002", 0.0, &json!({"organisation": SIBLING, "name": "-甲"}))).await;
    finance::enter(&finance, &finance::lump("003", 100.0)).await;
    pay(&finance, &payment("0001", "001", 35_800.55)).await;
    let reversal = json!({"voucher": "0002", "amount": 800.5, "paid_on": "2022-06-02", "reason": "=退回"});
    finance.post(&format!("{PAYMENTS}/0001/reversals"), &reversal).await.expect(201);

    let rows = comes_back(&finance, ITEMS, ITEMS, 3).await;
    assert_eq!(rows[0][..3], ["指标编码", "年度", "单位"]);
    assert_eq!((&*rows[2][0], &*rows[2][12], &*rows[2][14]), ("001", "是", "120000.5"));
    assert_eq!((&*rows[2][15], &*rows[3][15]), ("深财教〔2022〕5号", ""));
    assert_eq!(rows[2][7..12], ["小学教育", "办公设备购置", "资本性支出", "一般公共预算", "年初预算"]);
    let rows = comes_back(&finance, PAYMENTS, PAYMENTS, 2).await;
    assert_eq!(rows[2][..5], ["0001", "001", "35800.55", "2022-05-18", "国库集中支付"]);
    assert_eq!((&*rows[3][2], &*rows[3][6], &*rows[3][7]), ("800.5", "=退回", "0001"));
    assert_eq!(export(&finance, &format!("{PAYMENTS}?to=2022-05-31")).await.1.len(), 3);

    let head = ["支付凭证号", "预算指标", "金额（元）", "支付日期", "支付方式"].map(Value::from);
    let file = book(&[
        &head,
        &[json!("0003"), json!("001"), json!("1，000．50"), json!("2022/7/1"), json!("国库集中支付")],
        &[json!("0004"), json!("none"), json!("1万"), json!("2022-7"), json!("treasury")],
        &[json!("0005"), json!("none"), json!(1), json!("2022-07-01"), json!("treasury")],
    ]);
    let report = import(&finance, PAYMENTS, "?atomic=false", file).await.expect(200);
    assert_eq!(counts(&report), [1, 0, 0]);
    let told: Vec<String> = report["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["violations"].as_array().unwrap())
        .map(|each| each["cell"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told, ["C3", "D3", "B4"]);
}

#[tokio::test]
async fn assets_go_out_and_come_back() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let mut formula = computer("pc-1", &json!(4800.5), "2022-03-15");
    formula["name"] = json!("=1+1");
    assets::enter(&finance, &formula).await;
    assets::enter(&finance, &computer("pc-2", &json!(0), "1900-01-15")).await;
    let rows = comes_back(&finance, ASSETS, ASSETS, 2).await;
    assert_eq!(rows[0][..5], ["卡片编号", "使用单位", "资产名称", "资产类别", "原值（元）"]);
    assert_eq!(rows[2][..6], ["pc-1", SCHOOL, "=1+1", "计算机", "4800.5", "2022-03-15"]);
    assert_eq!((&*rows[2][9], &*rows[3][5]), ("在用", "1900-01-15"));
    let head = ["code", "状态", "存放地点"].map(Value::from);
    let changed = book(&[&head, &[json!("pc-1"), json!("闲置"), Value::Null]]);
    assert_eq!(counts(&import(&finance, ASSETS, "", changed).await.expect(200)), [0, 1, 0]);
    let card = assets::read(&finance, "pc-1").await;
    assert_eq!((&card["state"], &card["place"]), (&json!("idle"), &Value::Null));
}

#[tokio::test]
async fn what_is_no_workbook_is_refused_before_anything_else() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    import(&finance, ASSETS, "", b"code,name\n".to_vec()).await.problem(400, "malformed_request");
    let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    let answer = import(&finance, ASSETS, "", old).await;
    answer.problem(415, "unsupported_media_type");
    assert!(answer.json()["detail"].as_str().unwrap().contains("xls"));
    let empty = book(&[&[json!("颜色")]]);
    let answer = import(&finance, ASSETS, "", empty).await;
    answer.problem(400, "malformed_request");
    assert!(answer.json()["detail"].as_str().unwrap().contains("颜色"));
}

#[tokio::test]
async fn a_school_gets_its_own_and_no_other() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    assets::enter(&finance, &computer("pc-1", &json!(1), "2022-03-15")).await;
    let mut other = computer("pc-2", &json!(1), "2022-03-15");
    other["organisation"] = json!(SIBLING);
    assets::enter(&finance, &other).await;
    let rows = export(&app.log_in("reporter").await, ASSETS).await.1;
    assert_eq!(rows[2..].iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["pc-1"]);
}

#[tokio::test]
async fn a_long_list_goes_out_whole_and_comes_back() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let cards: Vec<Value> =
        (0..2_345).map(|number| computer(&format!("pc-{number:04}"), &json!(number), "2022-03-15")).collect();
    assets::import(&finance, "", &cards).await.expect(200);
    let (bytes, rows) = export(&finance, ASSETS).await;
    assert_eq!(rows.len(), 2 + cards.len());
    assert_eq!(counts(&import(&finance, ASSETS, "", bytes).await.expect(200)), [0, 0, 2_345]);
}
