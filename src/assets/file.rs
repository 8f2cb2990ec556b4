//! Cards as a file: one card a row, as it is sent singly.

use chrono::Utc;

use super::body::AssetRow;
use super::model::State;
use super::ops::{self, Row};
use crate::catalogue::Catalogue;
use crate::platform::bulk::as_violations;
use crate::platform::clock::local_date;
use crate::platform::rows::{Column, FileRow, Kind};

/// The columns of a table, with the categories that the catalogue has. A column that is absent changes nothing; what an empty
/// cell does not take away, it says nothing of.
pub(super) fn columns(catalogue: &Catalogue) -> Vec<Column> {
    let states = [(State::InUse, "在用"), (State::Idle, "闲置"), (State::Lent, "出租出借")];
    vec![
        Column::text("code", "卡片编号").required().help("同一编号始终是同一张卡片"),
        Column::text("organisation", "使用单位").required_of("新卡片").help("单位编码；登记后不能更改"),
        Column::text("name", "资产名称").required_of("新卡片"),
        Column::text("category", "资产类别").required_of("新卡片").of(categories(catalogue)),
        Column::new(Kind::Amount, "value", "原值（元）").required_of("新卡片"),
        Column::new(Kind::Date, "acquired_on", "取得日期").required_of("新卡片"),
        Column::text("funded_from", "经费来源").clearing(),
        Column::text("place", "存放地点").clearing(),
        Column::text("user_name", "使用人").clearing(),
        Column::text("state", "状态").of(states.map(|(state, name)| (state.name(), name))),
        Column::text("note", "备注").help("更正原值、类别或取得日期时，须说明原因"),
    ]
}

/// The categories of the policy that is in force today; none where that leaves them open.
fn categories(catalogue: &Catalogue) -> impl Iterator<Item = (&str, &str)> {
    let policy = catalogue.policy(local_date(Utc::now()));
    let options = policy.and_then(|policy| ops::categories(catalogue, &policy.assets)).unwrap_or_default();
    options.iter().map(|option| (option.code.as_str(), option.name.zh.as_str()))
}

/// Understands a row.
pub(super) fn row(row: FileRow) -> Row {
    let entry = row.parse::<AssetRow>().and_then(|row| row.read().map_err(as_violations));
    Row { index: row.index, place: row.place, entry }
}
