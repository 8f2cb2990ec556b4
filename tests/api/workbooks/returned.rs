//! Tables that were refused come back: what was sent, the wrong cells marked.

use super::*;
use crate::projects::PROJECTS;

const STAGES: &str =
    "只允许：幼儿园、小学、教学点、初中、九年一贯制学校、普通高中、完全中学、中等职业学校、特殊教育学校";

/// A workbook that came back.
struct Back {
    bytes: Vec<u8>,
    /// The sheet of problems, without its head.
    problems: Vec<[String; 4]>,
    /// What is said at the cells of the first sheet.
    notes: String,
}

impl Back {
    fn open(answer: &Answer) -> Self {
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["content-type"]),
            (422, &XLSX.parse().unwrap()),
            "{}",
            answer.text
        );
        let bytes = answer.bytes.clone();
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
        let problems = workbook.worksheet_range("问题").unwrap();
        let cells = |row: &[Data]| [1, 2, 3, 4].map(|at| row[at].to_string());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
        let notes = archive.by_name("xl/comments1.xml").map(|part| std::io::read_to_string(part).unwrap());
        Self { problems: problems.rows().skip(2).map(cells).collect(), notes: notes.unwrap_or_default(), bytes }
    }
}

/// Sends a table, has it back, and sends it again as it came.
async fn refused(client: &Client, path: &str, rows: &[&[Value]], expected: &[[&str; 4]]) -> Back {
    let client = client.with("accept", XLSX);
    let back = Back::open(&import(&client, path, "", book(rows)).await);
    assert_eq!(back.problems, expected, "{path}");
    for [cell, _, _, message] in expected {
        assert!(back.notes.contains(message) && back.notes.contains(&format!("ref=\"{cell}\"")), "{path}: {cell}");
    }
    let again = Back::open(&import(&client, path, "", back.bytes.clone()).await);
    assert_eq!(again.problems, expected, "{path}: as it came back");
    back
}

#[tokio::test]
async fn every_table_comes_back_with_its_wrong_cells_marked() {
    let app = TestApp::with_catalogue().await;
    let (admin, finance, officer) =
        (app.log_in("admin").await, app.log_in("finance").await, app.log_in("officer").await);
    finance::enter(&finance, &item("001", 1_000.0, &json!({}))).await;
    refused(
        &admin,
        "/v1/organisations",
        &[
            &["单位编码", "单位名称", "单位类别", "学段"].map(Value::from),
            &[json!("code"), json!("name"), json!("kind"), json!("stage")],
            &[json!("2199000087"), json!("一小"), json!("学校"), json!("小学")],
            &[json!("2199000088"), json!("二小"), json!("学校"), json!("大学")],
        ],
        &[["D4", "学段（2199000088）", "大学", STAGES]],
    )
    .await;
    refused(
        &officer,
        &records("awards"),
        &[
            &[json!("code"), json!("school"), json!("title"), json!("level"), json!("prize")],
            &[json!("a"), json!(SCHOOL), json!("合唱"), json!("市级"), json!("约三")],
            &[json!("b"), json!(SCHOOL), json!("合唱"), json!("moon"), json!(3)],
        ],
        &[["E2", "奖金（a）", "约三", "不是数字"], ["D3", "级别（b）", "moon", "只允许：县级、市级"]],
    )
    .await;
    refused(
        &finance,
        ITEMS,
        &[
            &["指标编码", "年度", "单位", "指标名称", "年初预算（元）", "资金性质"].map(Value::from),
            &[json!("001"), json!("二〇二二"), json!(SCHOOL), json!("办公设备"), json!(1000), json!("general")],
        ],
        &[["B2", "年度（001）", "二〇二二", "不是数字"]],
    )
    .await;
    refused(
        &finance,
        PAYMENTS,
        &[
            &["支付凭证号", "预算指标", "金额（元）", "支付日期", "支付方式"].map(Value::from),
            &[json!("1"), json!("001"), json!(1), json!("2022-05-18"), json!("现金")],
        ],
        &[["E2", "支付方式（1）", "现金", "只允许：国库集中支付、单位自行支付"]],
    )
    .await;
    refused(
        &finance,
        ASSETS,
        &[
            &["卡片编号", "使用单位", "资产名称", "资产类别", "原值（元）", "取得日期"].map(Value::from),
            &[json!("1"), json!(SCHOOL), json!("校车"), json!("汽车"), json!(1), json!("2022-05-18")],
        ],
        &[["D2", "资产类别（1）", "汽车", "只允许：钢混结构房屋、计算机、家具、图书"]],
    )
    .await;
    refused(
        &officer,
        PROJECTS,
        &[
            &["项目编码", "项目名称", "项目类别", "单位", "归口科室", "开始年度"].map(Value::from),
            &[json!("1"), json!("加固"), json!("其他类"), json!("teaching"), json!("teaching"), json!(2022)],
        ],
        &[["C2", "项目类别（1）", "其他类", "只允许：人员类、运转类、特定目标类"]],
    )
    .await;
}

#[tokio::test]
async fn what_the_sheet_has_no_column_for_is_named() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let rows: [&[Value]; 3] = [
        &["卡片编号", "使用单位", "资产名称", "资产类别", "原值（元）", "使用人"].map(Value::from),
        &[json!("1"), json!(SCHOOL), json!("校车"), json!("计算机"), json!(1), json!("甲")],
        &[json!("1"), json!(SCHOOL), json!("校车"), json!("计算机"), json!(1), json!("甲")],
    ];
    let expected = [
        ["A2", "取得日期（1，表中没有此列）", "", "取得日期：新卡片需要此项"],
        ["A3", "卡片编号", "1", "第 2 行已有此卡片"],
    ];
    refused(&finance, ASSETS, &rows, &expected).await;
}

#[tokio::test]
async fn what_stands_under_no_name_comes_back_and_takes_nothing_away() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let path = "/v1/organisations";
    let town = json!({"name": "一小", "kind": "school", "stage": "primary", "township": "东乡"});
    admin.put(&format!("{path}/2199000087"), &town).await.expect(201);
    // Without its head nobody knows what the column is, and a row of organisations says all of one.
    let rows: [&[Value]; 2] = [
        &[json!("单位编码"), json!("单位名称"), json!("单位类别"), Value::Null, json!("学段")],
        &[json!("2199000087"), json!("一小"), json!("学校"), json!("东乡"), json!("小学")],
    ];
    let back = refused(&admin, path, &rows, &[["E2", "其他列（2199000087）", "东乡", "此列没有列名"]]).await;
    import(&admin, path, "", back.bytes).await.problem(422, "validation_failed");
    assert_eq!(admin.get(&format!("{path}/2199000087")).await.expect(200)["township"], "东乡");
}

#[tokio::test]
async fn who_takes_no_workbook_is_told_the_same_in_words() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let rows: [&[Value]; 2] = [&[json!("code"), json!("state")], &[json!("1"), json!("丢失")]];
    import(&finance, ASSETS, "", book(&rows)).await.problem(422, "validation_failed");
    // What is taken in part is answered with the rows that were not; what is no such table has no cells to mark.
    let takes = finance.with("accept", XLSX);
    let report = import(&takes, ASSETS, "?atomic=false", book(&rows)).await.expect(200);
    assert_eq!(report["rejected"][0]["violations"][0]["cell"], "B2");
    import(&takes, ASSETS, "", book(&[&[json!("颜色")]])).await.problem(400, "malformed_request");
    let csv = Some(("text/csv", b"code,state\n1,\xe4\xb8\xa2\n".to_vec()));
    takes.send_raw(Method::POST, &format!("{ASSETS}/import"), csv).await.problem(422, "validation_failed");
}
