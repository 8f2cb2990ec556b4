//! Cards as a file: one card a row, as it is sent singly.

use super::body::AssetRow;
use super::model::State;
use super::ops::Row;
use crate::platform::bulk::as_violations;
use crate::platform::error::Result;
use crate::platform::rows::{self, Column, FileRow, Kind};

/// The columns of a table. What an empty cell does not take away, it says nothing of.
pub(super) fn columns() -> Vec<Column> {
    let states = [(State::InUse, "在用"), (State::Idle, "闲置"), (State::Lent, "出租出借")];
    vec![
        Column::text("code", "卡片编号"),
        Column::text("organisation", "使用单位"),
        Column::text("name", "资产名称"),
        Column::text("category", "资产类别"),
        Column::new(Kind::Amount, "value", "原值（元）"),
        Column::new(Kind::Date, "acquired_on", "取得日期"),
        Column::text("funded_from", "经费来源").clearing(),
        Column::text("place", "存放地点").clearing(),
        Column::text("user_name", "使用人").clearing(),
        Column::text("state", "状态").of(states.map(|(state, name)| (state.name(), name))),
        Column::text("note", "备注"),
    ]
}

/// Reads a file. A column that is absent changes nothing.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read(media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    rows::read(media_type, bytes, &columns(), row)
}

fn row(row: FileRow) -> Row {
    let entry = row.parse::<AssetRow>().and_then(|row| row.read().map_err(as_violations));
    Row { index: row.index, place: row.place, entry }
}
