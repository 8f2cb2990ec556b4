//! The goals of a year as the official form.

use serde_json::json;

use super::{Office, of_project, path};
use crate::support::{Form, SIBLING};

#[tokio::test]
async fn the_form_shows_the_goals_in_the_order_of_their_tree_with_their_targets() {
    let office = Office::with_activity().await;
    office.bring(&path("P"), &of_project(), "approved").await;
    super::project(&office.app, "P-2", SIBLING, (2022, 2022)).await;
    let mut other = of_project();
    other["organisation"] = json!(SIBLING);
    other["project"] = json!("P-2");
    other["name"] = json!("第二小学综合楼");
    office.bring(&path("B"), &other, "submitted").await;

    let form = Form::get(&office.finance, "/v1/goals/2022?limit=1").await;
    assert_eq!(form.title(), "绩效目标表（2022年度）");
    assert_eq!(form.covers("绩效目标表（2022年度）"), (13, 1));
    assert_eq!(form.covers("绩效指标"), (7, 1));
    assert_eq!(form.covers("预期目标"), (1, 2));
    // All of them, whatever the page, from the top of the tree down.
    let rows = ["总体绩效目标", "义务教育", "改善办学条件", "第二小学综合楼（待批准）", "第一小学综合楼"]
        .map(|name| form.place(name).0);
    assert!(rows.is_sorted(), "{rows:?}");
    assert_eq!(form.covers("第一小学综合楼"), (1, 5));
    let (row, _) = form.place("第一小学综合楼");
    let first = form.row(row);
    assert_eq!(
        first,
        [
            "项目",
            "第一小学综合楼",
            "办好人民满意的教育",
            "每月调度",
            "教学科",
            "第一小学",
            "产出指标",
            "数量指标",
            "在校生",
            "≥",
            "80",
            "人",
            "20"
        ]
    );
    assert_eq!(form.row(row + 1), ["质量指标", "女生", ">", "30", "人", "17.5"]);
    assert_eq!(form.row(row + 2)[1..], ["补助", "≤", "1000.5", "元", "12.5"]);

    let filtered = Form::get(&office.finance, &format!("/v1/goals/2022?organisation={SIBLING}")).await;
    assert_eq!(filtered.row(3)[..2], ["项目", "第二小学综合楼（待批准）"]);
    let principal = office.app.log_in("principal").await;
    let own = Form::get(&principal, "/v1/goals/2022").await;
    assert_eq!(own.row(3)[..2], ["项目", "第一小学综合楼"]);
}
