//! Rounds and sheets as the official forms.

use serde_json::json;

use super::{ROUNDS, behind, complete, item, open, payment, project, sheet};
use crate::support::{Form, SIBLING};

#[tokio::test]
async fn the_form_of_a_sheet_shows_what_was_seen_and_what_is_said_to_it() {
    let app = behind().await;
    let finance = app.log_in("finance").await;
    open(&finance, "june", 6).await;
    let principal = app.log_in("principal").await;
    let path = sheet("june", "red");
    principal.with("if-match", "*").put(&path, &complete()).await.expect(200);
    let form = Form::get(&principal, &path).await;
    assert_eq!(form.title(), "项目支出绩效运行监控表（2022年度，1—6月）");
    assert_eq!(form.row_of("项目名称"), ["项目名称", "项目red", "项目编码", "red"]);
    assert_eq!(form.row_of("实施单位")[2..], ["填报状态", "填报中"]);
    let (row, _) = form.place("全年预计执行数");
    // 1000, 100 and 900.5 yuan, in 万元; the head of the block covers the row.
    assert_eq!(form.row(row + 1), ["0.1", "0.01", "0.1", "0.09005", "经费保障、人员保障：工程款未到支付节点", "红灯"]);
    assert_eq!(form.covers("偏差原因分析"), (6, 1));
    assert_eq!(form.covers("完成目标可能性"), (3, 1));
    assert_eq!(form.covers("三级指标"), (1, 2));
    assert_eq!(
        form.row_of("指标few"),
        ["产出指标", "数量指标", "指标few", "≥", "240", "人", "60", "200", "√", "√", "工程款未到支付节点", "√", "红灯"]
    );
    assert_eq!(form.row_of("指标unknown"), ["指标unknown", "≥", "5", "人", "未报", "—", "√", "—"]);
    assert_eq!(form.row_of("改进措施"), ["改进措施", "倒排工期"]);
}

#[tokio::test]
async fn the_form_of_a_round_has_a_row_for_each_project_and_their_sum() {
    let app = behind().await;
    project(&app, "other", SIBLING, "under_way").await;
    item(&app, "i-other", ("other", SIBLING), "20000.5").await;
    payment(&app, "v-other", "i-other", "15000.25", "2022-05-31").await;
    let finance = app.log_in("finance").await;
    open(&finance, "june", 6).await;
    let path = format!("{ROUNDS}/june");
    let form = Form::get(&finance, &path).await;
    assert_eq!(form.title(), "运行监控汇总表（2022年度，1—6月）");
    assert_eq!(form.covers("资金（万元）"), (5, 1));
    assert_eq!(form.numbers_of("项目other")[..3], [2.000_05, 1.500_025, 0.75]);
    let row = form.row_of("项目red");
    assert_eq!(
        row[row.len() - 6..],
        ["3", "1", "0", "1", "1", "未填报"],
        "targets, on the way, behind, far behind, no data"
    );
    assert_eq!(form.numbers_of("合计")[..2], [2.100_05, 1.510_025]);
    // A school sees its own.
    let principal = app.log_in("principal").await;
    let own = Form::get(&principal, &path).await;
    assert_eq!(own.numbers_of("合计")[..2], [0.1, 0.01]);
    let refused = principal.with("accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    refused.get(&format!("{ROUNDS}/nothing")).await.problem(404, "not_found");
    assert_eq!(principal.get(&path).await.expect(200)["code"], json!("june"));
}
