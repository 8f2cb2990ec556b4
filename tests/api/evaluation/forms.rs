//! Evaluations as the official forms.

use serde_json::json;

use super::world::{PROJECT, People, county, entered, goal, item, path, pay, project, target};
use crate::support::{BUREAU, CATALOGUE, Form, SCHOOL};

#[tokio::test]
async fn the_form_of_a_project_says_what_its_sheet_says() {
    let (_app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    people.save(&path, &entered()).await.expect(201);
    let form = Form::get(&people.reporter, &path).await;
    assert_eq!(form.title(), "项目支出绩效自评表（2022年度）（未定稿）");
    assert_eq!(form.covers("项目支出绩效自评表（2022年度）（未定稿）"), (11, 1));
    assert_eq!(form.row_of("项目名称"), ["项目名称", "项目 renovation", "项目编码", PROJECT]);
    assert_eq!(form.row_of("主管部门"), ["主管部门", "测试一县教育局", "实施单位", "第一小学"]);
    // Amounts in 万元, rates as shares.
    assert_eq!(form.covers("项目资金\n（万元）"), (1, 5));
    assert_eq!(form.numbers_of("年度资金总额"), [110.0, 130.0, 97.5, 10.0, 0.75, 7.5]);
    let parts = ["其中：当年财政拨款", "上年结转资金", "其他资金"].map(|part| form.numbers_of(part));
    assert_eq!(parts[0], [100.0, 120.0, 90.0, 0.75]);
    for column in 0..3 {
        let sum: f64 = parts.iter().map(|part| part[column]).sum();
        assert!((sum - form.numbers_of("年度资金总额")[column]).abs() < 1e-9, "column {column}");
    }
    assert_eq!(form.row_of("完成 renovation"), ["完成 renovation", "已完工"]);
    assert_eq!(form.covers("绩效指标"), (1, 6), "its head and five targets");
    assert_eq!(form.covers("产出指标"), (1, 2));
    assert_eq!(form.covers("效益指标"), (1, 2));
    assert_eq!(
        form.row_of("指标 pupils"),
        ["绩效指标", "产出指标", "数量指标", "指标 pupils", "≥", "100", "85", "20", "17"][1..]
    );
    assert_eq!(form.numbers_of("指标 boarders"), [20.0, 25.0, 30.0, 22.5]);
    assert_eq!(form.row_of("指标 grant").last().map(String::as_str), Some("偏差原因：追加补助\n改进措施：提高目标值"));
    assert_eq!(form.row_of("指标 influence")[2..], ["定性", "—", "反映良好", "15", "13"]);
    assert_eq!(form.row_of("总分"), ["总分", "100", "82", "评价等级：良"]);
    assert_eq!(form.row_of("自评说明"), ["自评说明", "基本完成"]);
}

#[tokio::test]
async fn what_nobody_reported_is_no_zero() {
    let app = crate::support::TestApp::with_catalogue().await;
    super::world::renovation(&app).await;
    let reporter = app.log_in("reporter").await;
    let form = Form::get(&reporter, &path("project", PROJECT)).await;
    assert!(form.row_of("指标 pupils").contains(&"未报".to_owned()));
    assert_eq!(form.row_of("总分").last().map(String::as_str), Some("尚有5项未得分"));
}

#[tokio::test]
async fn what_is_final_is_shown_as_it_was_frozen() {
    let (app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    people.evaluate(&path, &entered()).await;
    let before = Form::get(&people.leader, &path).await;
    assert_eq!(before.title(), "项目支出绩效自评表（2022年度）");
    pay(&app, "initial", 100_000, "2022-12-30").await;
    let after = Form::get(&people.leader, &path).await;
    assert_eq!(after.numbers_of("年度资金总额"), before.numbers_of("年度资金总额"));
    let sibling = app.log_in("principal2").await;
    let hidden = sibling.with("accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    hidden.get(&path).await.problem(404, "not_found");
    people.leader.with("accept", "text/csv").get(&path).await.problem(406, "not_acceptable");
}

#[tokio::test]
async fn the_form_of_the_department_shows_how_points_come_about_and_its_projects() {
    let (app, people, _) = county(CATALOGUE).await;
    project(&app, "training", "teaching", "in_budget").await;
    item(&app, "courses", "training", "own", [200_000, 0, 225_000]).await;
    let targets = [target("pupils", "quantity", 30, Some(("pupils", "at_least", 170)))];
    goal(&app, "overall", "overall", BUREAU, &targets).await;
    goal(&app, "duty", "duty", "teaching", &[target("boarders", "social", 5, Some(("boarders", "at_most", 20)))]).await;
    people.evaluate(&path("project", PROJECT), &entered()).await;
    let form = Form::get(&people.leader, &path("department", BUREAU)).await;
    assert_eq!(form.title(), "部门整体支出绩效自评表（2022年度）（未定稿）");
    assert_eq!(form.covers("年度总体目标"), (1, 3));
    assert_eq!(form.row_of("目标 overall：完成 overall"), ["目标 overall：完成 overall", "—"]);
    let sheet = people.leader.get(&path("department", BUREAU)).await.expect(200)["sheet"].clone();
    let total = |text: &str| form.numbers_of(text);
    assert_eq!(total("总分"), [100.0, sheet["total"].as_f64().expect("a number")]);
    let points: Vec<Vec<f64>> = ["预算执行率", "效益指标"].map(|part| form.numbers_of(part)).to_vec();
    let of_execution = sheet["parts"][0]["points"].as_f64().expect("a number");
    assert!((points[0][0] - of_execution).abs() < 1e-9, "{points:?}");
    assert_eq!(form.covers("所属项目"), (1, 1), "how many, in the head");
    assert_eq!(
        form.row_of("项目 renovation"),
        ["项目 renovation", "130", "97.5", "0.75", "82", "良；定量指标3项，完成1项"]
    );
    assert_eq!(form.row_of("项目 training")[1..4], ["20", "22.5", "1.125"]);
    let school = Form::get(&people.principal, &path("school", SCHOOL)).await;
    assert_eq!(school.title(), "单位整体支出绩效自评表（2022年度）（未定稿）");
    assert_eq!(school.row_of("单位名称"), ["单位名称", "第一小学", "单位编码", SCHOOL]);
    assert_eq!(json!(school.numbers_of("年度资金总额")), json!([110.0, 130.0, 97.5, 10.0, 0.75, 7.5]));
}

async fn assert_each_is_its_own(people: &People) {
    let forms = Form::all(&people.leader, "/v1/evaluations/2022?limit=1").await;
    let names: Vec<&str> = forms.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["项目 renovation", "项目 training"]);
    for ((_, form), code) in forms.iter().zip([PROJECT, "training"]) {
        let own = Form::get(&people.leader, &path("project", code)).await;
        assert_eq!(form.all_rows(), own.all_rows(), "{code}");
    }
}

#[tokio::test]
async fn all_projects_of_a_year_come_in_one_workbook_each_as_its_own_form() {
    let (app, people, _) = county(CATALOGUE).await;
    project(&app, "training", "teaching", "in_budget").await;
    item(&app, "courses", "training", "own", [200_000, 0, 100_000]).await;
    goal(
        &app,
        "training",
        "project",
        "teaching",
        &[target("pupils", "quantity", 50, Some(("pupils", "at_least", 170)))],
    )
    .await;
    project(&app, "idea", "teaching", "proposed").await;
    // What another unit has of a school's own project counts for neither.
    app.execute("UPDATE budget_items SET school = '2199000002', organisation = '2199000002' WHERE item = 'carried'")
        .await;
    people.save(&path("project", PROJECT), &entered()).await.expect(201);
    assert_each_is_its_own(&people).await;
    // Nor what the bureau has for it in a lump.
    let lump = format!("UPDATE budget_items SET school = NULL, organisation = '{BUREAU}' WHERE item = 'carried'");
    app.execute(&lump).await;
    assert_each_is_its_own(&people).await;
    let finalised = path("project", PROJECT);
    people.submit(&finalised).await.expect(200);
    people.review(&finalised, &json!({})).await.expect(200);
    people.finalise(&finalised).await.expect(200);
    pay(&app, "initial", 100_000, "2022-12-30").await;
    let forms = Form::all(&people.leader, "/v1/evaluations/2022?grade=good").await;
    let [(_, form)] = forms.as_slice() else { panic!("one is final") };
    assert_eq!(form.title(), "项目支出绩效自评表（2022年度）");
    assert_eq!(form.all_rows(), Form::get(&people.leader, &finalised).await.all_rows(), "as it was frozen");
    let own = Form::all(&people.principal, "/v1/evaluations/2022").await;
    assert_eq!(own.len(), 1);
}
