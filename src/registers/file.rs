//! Records as a file: one record a row, as it is sent singly; in a table the fields are columns.

use super::body::RecordInput;
use super::ops::Row;
use crate::catalogue::CompiledRegister;
use crate::catalogue::document::{FieldKind, RegisterField};
use crate::platform::rows::{Column, FileRow, Kind, Need};

/// The columns of a table: what every record has, and the fields of the register. A column that is absent changes nothing, and
/// an empty cell takes the field away.
pub(super) fn columns(register: &CompiledRegister) -> Vec<Column> {
    let states = register.definition.states.iter().map(|state| (state.code.as_str(), &*state.name.zh));
    let own = [
        Column::text("code", "编码").required(),
        Column::text("school", "学校标识码").required_of("新记录").help("登记后不能更改"),
        Column::text("state", "状态").of(states).help("与现状态不同的，按登记簿规定的步骤变更"),
        Column::new(Kind::Date, "since", "状态日期").help("状态从哪一天起"),
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
    let column = Column::new(kind, field.code.clone(), field.name.zh.clone()).within("fields").clearing().of(options);
    let need = if field.required { Need::Always } else { Need::Never };
    Column { need, help: field.help.as_ref().map(|help| help.zh.clone().into()), ..column }
}

/// Understands a row.
pub(super) fn row(row: FileRow) -> Row {
    let entry = row.parse::<RecordInput>().map(RecordInput::into_change);
    Row { index: row.index, place: row.place, entry }
}
