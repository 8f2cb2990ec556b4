//! Projects as a file: one project a row.

use super::body::ProjectRow;
use super::import::Row;
use super::model::{Category, State};
use crate::platform::rows::{Column, FileRow, Kind};

/// What people call the categories.
const CATEGORIES: [(Category, &str); 3] =
    [(Category::Personnel, "人员类"), (Category::Operation, "运转类"), (Category::Specific, "特定目标类")];

/// What people call the states.
const STATES: [(State, &str); 7] = [
    (State::Proposed, "申报"),
    (State::Appraised, "已评估"),
    (State::InBudget, "已入预算"),
    (State::UnderWay, "实施中"),
    (State::Completed, "已完工"),
    (State::Closed, "已关闭"),
    (State::Rejected, "未通过"),
];

/// The columns of a table. An empty cell is absent.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text("code", "项目编码").required(),
        Column::text("name", "项目名称").required(),
        Column::text("category", "项目类别").required().of(CATEGORIES.map(|(category, name)| (category.code(), name))),
        Column::text("organisation", "单位").required().help("单位编码"),
        Column::text("section", "归口科室").required().help("科室的单位编码"),
        Column::new(Kind::Whole, "first_year", "开始年度").required(),
        Column::new(Kind::Whole, "last_year", "结束年度").help("留空即与开始年度相同"),
        Column::new(Kind::Boolean, "is_key", "重点项目").replacing(),
        Column::new(Kind::Boolean, "is_special_fund", "专项资金").replacing(),
        Column::text("summary", "概述").replacing(),
        Column::text("state", "状态").of(STATES.map(|(state, name)| (state.code(), name))).help("留空即不变"),
        Column::text("note", "备注"),
    ]
}

/// Understands a row.
pub(super) fn row(row: FileRow) -> Row {
    let entry = row.parse::<ProjectRow>().map(ProjectRow::into_proposal);
    Row { index: row.index, place: row.place, entry }
}
