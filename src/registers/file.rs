//! Records as a file: one record a row, as it is sent singly; in a table the fields are columns.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::body::RecordInput;
use super::ops::Row;
use crate::catalogue::CompiledRegister;
use crate::catalogue::document::{Concerns, FieldKind, RegisterField, Severity};
use crate::platform::rows::{Column, FileRow, Kind, Need};
use crate::submissions::{CellScalar, ExplanationBody};

/// The columns of a table: what every record has, and the fields of the register. A column that is absent changes nothing, and
/// an empty cell takes the field away.
pub(super) fn columns(register: &CompiledRegister) -> Vec<Column> {
    let states = register.definition.states.iter().map(|state| (state.code.as_str(), &*state.name.zh));
    let school = Column::text("school", "学校标识码");
    let school = match register.definition.concerns {
        Concerns::School => school.required_of("新记录").help("登记后不能更改"),
        Concerns::Bureau => school.help("此登记簿的记录属于教育局，不填"),
        Concerns::Either => school.help("属于教育局的不填；登记后不能更改"),
    };
    let mut columns = vec![
        Column::text("code", "编码").required(),
        school,
        Column::text("state", "状态").of(states).help("与现状态不同的，按登记簿规定的步骤变更"),
        Column::new(Kind::Date, "since", "状态日期").help("状态从哪一天起"),
        Column::text("note", "更改说明"),
    ];
    if let Some(name) = explanation_name(register) {
        columns.push(Column::text(EXPLANATIONS, name).help("提示需要说明原因时填写"));
    }
    columns.extend(register.definition.fields.iter().map(|field| column(register, field)));
    columns
}

/// The column in which whatever a warning is about is explained.
const EXPLANATIONS: &str = "explanations";

/// How that column is called, where there is one: no field has its code or name, and something may have to be explained.
pub(super) fn explanation_name(register: &CompiledRegister) -> Option<&'static str> {
    let fields = &register.definition.fields;
    warnings(register).next().filter(|_| fields.iter().all(|field| field.code != EXPLANATIONS))?;
    let is_free = |name: &&str| fields.iter().all(|field| field.name.zh != **name);
    ["情况说明", "原因说明", "提示说明"].into_iter().find(is_free)
}

/// The codes of the rules that may be explained.
fn warnings(register: &CompiledRegister) -> impl Iterator<Item = &str> {
    let rules = register.rules.iter().map(|rule| &rule.definition);
    rules.filter(|rule| rule.severity == Severity::Warning).map(|rule| rule.code.as_str())
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

/// A row of a table: as it is sent singly, but that one explanation is one of whatever needs it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TableRow {
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    #[serde(default)]
    #[schema(max_length = 32, nullable = true)]
    school: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, nullable = true)]
    state: Option<String>,
    #[serde(default)]
    #[schema(nullable = true)]
    since: Option<NaiveDate>,
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, CellScalar>, required = false)]
    fields: Map<String, Value>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, nullable = true)]
    explanations: Option<String>,
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl TableRow {
    fn into_input(self, warnings: &[String]) -> RecordInput {
        let Self { code, school, state, since, fields, explanations, note } = self;
        let explain = |text: String| {
            let of_rule = |rule: &String| ExplanationBody { rule: rule.clone(), text: text.clone() };
            warnings.iter().map(of_rule).collect()
        };
        RecordInput { code, school, state, since, fields, explanations: explanations.map(explain), note }
    }
}

/// Understands the rows of a register.
pub(super) fn reader(register: &CompiledRegister) -> impl FnMut(FileRow) -> Row + 'static {
    let warnings: Vec<String> = warnings(register).map(ToOwned::to_owned).collect();
    move |row| {
        let input = if row.place.is_of_table() {
            row.parse::<TableRow>().map(|row| row.into_input(&warnings))
        } else {
            row.parse::<RecordInput>()
        };
        Row { index: row.index, place: row.place, entry: input.map(RecordInput::into_change) }
    }
}
