//! Records as a file: one record a row, as it is sent singly; in a table the fields are columns.

use super::body::RecordInput;
use super::ops::Row;
use crate::catalogue::CompiledRegister;
use crate::catalogue::document::{FieldKind, RegisterField};
use crate::platform::error::Result;
use crate::platform::rows::{self, Column, FileRow, Kind};

/// The columns of a table: what every record has, and the fields of the register. A field is taken away by an empty cell.
pub(super) fn columns(register: &CompiledRegister) -> Vec<Column> {
    let states = register.definition.states.iter().map(|state| (state.code.as_str(), &*state.name.zh));
    let own = [
        Column::text("code", "编码"),
        Column::text("school", "学校标识码"),
        Column::text("state", "状态").of(states),
        Column::new(Kind::Date, "since", "状态日期"),
        Column::text("note", "更改说明"),
    ];
    own.into_iter().chain(register.definition.fields.iter().map(|field| column(register, field))).collect()
}

fn column(register: &CompiledRegister, field: &RegisterField) -> Column {
    let kind = match field.kind {
        FieldKind::Whole => Kind::Whole,
        FieldKind::Decimal => Kind::Number,
        FieldKind::Amount => Kind::Amount,
        FieldKind::Date => Kind::Date,
        FieldKind::Boolean => Kind::Boolean,
        FieldKind::Text | FieldKind::Choice | FieldKind::School | FieldKind::Record => Kind::Text,
    };
    let options = register.options(&field.code).iter().map(|option| (option.code.as_str(), &*option.name.zh));
    Column::new(kind, field.code.clone(), field.name.zh.clone()).within("fields").clearing().of(options)
}

/// Reads a file. In a table, a column that is absent changes nothing, and an empty cell takes the field away.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read(register: &CompiledRegister, media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    rows::read(media_type, bytes, &columns(register), row)
}

fn row(row: FileRow) -> Row {
    let entry = row.parse::<RecordInput>().map(RecordInput::into_change);
    Row { index: row.index, place: row.place, entry }
}
