//! Projects as a file: one project a row.

use super::body::ProjectRow;
use super::import::Row;
use crate::platform::error::Result;
use crate::platform::rows::{self, Column, FileRow, Kind};

fn columns() -> Vec<Column> {
    vec![
        Column::text("code", "项目编码"),
        Column::text("name", "项目名称"),
        Column::text("category", "项目类别"),
        Column::text("organisation", "单位"),
        Column::text("section", "归口科室"),
        Column::new(Kind::Whole, "first_year", "开始年度"),
        Column::new(Kind::Whole, "last_year", "结束年度"),
        Column::new(Kind::Boolean, "is_key", "重点项目"),
        Column::new(Kind::Boolean, "is_special_fund", "专项资金"),
        Column::text("summary", "概述"),
        Column::text("state", "状态"),
        Column::text("note", "备注"),
    ]
}

/// Reads a file. An empty cell is absent.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read(media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    rows::read(media_type, bytes, &columns(), row)
}

fn row(row: FileRow) -> Row {
    let entry = row.parse::<ProjectRow>().map(ProjectRow::into_proposal);
    Row { index: row.index, place: row.place, entry }
}
