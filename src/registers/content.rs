//! What is known of a record: each field checked against its definition, and all together against the rules.

use serde_json::{Map, Value};

use super::model::{Content, Explanation, Fields};
use crate::catalogue::document::{FieldKind, RegisterField, Severity};
use crate::catalogue::{
    BrokenRule, CellValue, CompiledRegister, MAX_TEXT, Refused, broken_rules, read_date, read_number, read_option,
    read_text,
};
use crate::platform::contract::escape;
use crate::platform::decimal;
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::message::Message;
use crate::rules::{self, Facts, Reference, When};
use crate::say;

/// The longest code of a record or school.
const MAX_CODE: usize = 64;

/// The fields when a patch was put into them: what is null is taken away.
pub(super) fn patched(
    register: &CompiledRegister,
    fields: &Fields,
    patch: &Map<String, Value>,
) -> Result<Fields, Vec<Violation>> {
    let mut fields = fields.clone();
    let mut violations = Vec::new();
    for (code, value) in patch {
        let refuse = |code_of, message| Violation::new(format!("/fields/{}", escape(code)), code_of, message);
        match (register.field(code), value) {
            (None, _) => violations.push(refuse(
                ViolationCode::UnknownField,
                say!("登记簿没有字段“{code}”", "The register has no field “{code}”"),
            )),
            (Some(_), Value::Null) => {
                fields.remove(code);
            }
            (Some(field), value) => match read(register, field, value.clone()) {
                Ok(value) => {
                    fields.insert(code.clone(), value);
                }
                Err((code_of, message)) => violations.push(refuse(code_of, message)),
            },
        }
    }
    if violations.is_empty() { Ok(fields) } else { Err(violations) }
}

fn read(register: &CompiledRegister, field: &RegisterField, value: Value) -> Result<CellValue, Refused> {
    Ok(match (field.kind, value) {
        (FieldKind::Text, Value::String(text)) => CellValue::Text(read_matching(register, field, text)?),
        (FieldKind::Whole | FieldKind::Decimal | FieldKind::Amount, Value::Number(number)) => {
            CellValue::Number(read_bounded(field, &number.to_string())?)
        }
        (FieldKind::Date, Value::String(date)) => CellValue::Text(read_date(date)?),
        (FieldKind::Boolean, Value::Bool(boolean)) => CellValue::Boolean(boolean),
        (FieldKind::Choice, Value::String(option)) => {
            CellValue::Text(read_option(register.options(&field.code), option)?)
        }
        (FieldKind::School | FieldKind::Record, Value::String(code)) => CellValue::Text(read_text(code, MAX_CODE)?),
        (kind, _) => return Err((ViolationCode::WrongType, needed(kind))),
    })
}

fn needed(kind: FieldKind) -> Message {
    match kind {
        FieldKind::Whole | FieldKind::Decimal | FieldKind::Amount => {
            say!("应为数字（不加引号）", "A number is needed, without quotes")
        }
        FieldKind::Boolean => say!("应为 true 或 false", "true or false is needed"),
        _ => say!("应为文字", "A text is needed"),
    }
}

fn read_matching(register: &CompiledRegister, field: &RegisterField, text: String) -> Result<String, Refused> {
    let most = field.max_length.and_then(|most| usize::try_from(most).ok()).unwrap_or(MAX_TEXT);
    let text = read_text(text, most)?;
    if text.trim().is_empty() {
        return Err((
            ViolationCode::WrongLength,
            say!("不得为空，没有则为 null", "It is not empty; null where there is none"),
        ));
    }
    match register.pattern(&field.code) {
        Some(pattern) if !pattern.is_match(&text) => {
            let pattern = field.pattern.as_deref().unwrap_or_default();
            Err((ViolationCode::WrongFormat, say!("应符合格式 {pattern}", "It must match {pattern}")))
        }
        _ => Ok(text),
    }
}

fn read_bounded(field: &RegisterField, text: &str) -> Result<rust_decimal::Decimal, Refused> {
    let decimals = match field.kind {
        FieldKind::Whole => 0,
        FieldKind::Amount => 2,
        _ => decimal::DECIMALS,
    };
    let number = read_number(text, decimals)?;
    match (field.minimum, field.maximum) {
        (Some(least), _) if number < least.into() => {
            Err((ViolationCode::OutOfRange, say!("不得小于 {least}", "It must be at least {least}")))
        }
        (_, Some(most)) if number > most.into() => {
            Err((ViolationCode::OutOfRange, say!("不得大于 {most}", "It must be at most {most}")))
        }
        _ => Ok(number),
    }
}

/// The fields that must have a value, and have none.
pub(super) fn missing(register: &CompiledRegister, fields: &Fields, also: &[String]) -> Vec<Violation> {
    let required = register.definition.fields.iter().filter(|field| field.required || also.contains(&field.code));
    required
        .filter(|field| !fields.contains_key(&field.code))
        .map(|RegisterField { code, name, .. }| {
            let (zh, en) = (&name.zh, name.en.as_ref().unwrap_or(&name.zh));
            Violation::new(
                format!("/fields/{code}"),
                ViolationCode::RequiredValue,
                say!("“{zh}”必填", "“{en}” is required"),
            )
        })
        .collect()
}

/// What the rules have against a content that was something else before. Of the explanations those stay that are needed.
pub(super) fn judge(
    register: &CompiledRegister,
    content: &mut Content,
    before: Option<&Content>,
) -> Result<(), Vec<Violation>> {
    let broken = broken_rules(&register.rules, &Change { now: content, before });
    let explained =
        |code: &str| content.explanations.iter().any(|each| each.rule == code && !each.text.trim().is_empty());
    let violation = |BrokenRule { rule, message }: &BrokenRule<'_>| {
        let (place, code_of) = match rule.severity {
            Severity::Error => ("/fields", ViolationCode::RuleViolated),
            Severity::Warning if explained(&rule.code) => return None,
            Severity::Warning => ("/explanations", ViolationCode::UnexplainedWarning),
        };
        let (code, zh, en) = (&rule.code, &message.zh, &message.en);
        Some(Violation::new(place, code_of, say!("{code}：{zh}", "{code}: {en}")))
    };
    let mut violations: Vec<Violation> = broken.iter().filter_map(violation).collect();
    violations.extend(unknown_rules(register, &content.explanations));
    if !violations.is_empty() {
        return Err(violations);
    }
    let needed: Vec<String> = broken.iter().map(|each| each.rule.code.clone()).collect();
    content.explanations.retain(|each| needed.contains(&each.rule));
    content.explanations.sort_by(|one, other| one.rule.cmp(&other.rule));
    content.explanations.dedup_by(|one, other| one.rule == other.rule);
    Ok(())
}

fn unknown_rules(register: &CompiledRegister, explanations: &[Explanation]) -> Vec<Violation> {
    let known = |rule: &str| register.rules.iter().any(|each| each.definition.code == rule);
    let unknown = explanations.iter().enumerate().filter(|(_, each)| !known(&each.rule));
    unknown
        .map(|(i, Explanation { rule, .. })| {
            Violation::new(
                format!("/explanations/{i}/rule"),
                ViolationCode::UnknownReference,
                say!("登记簿没有规则“{rule}”", "The register has no rule “{rule}”"),
            )
        })
        .collect()
}

/// A record as it is to be, and as it was, which the rules call `previous`.
struct Change<'c> {
    now: &'c Content,
    before: Option<&'c Content>,
}

impl Facts for Change<'_> {
    fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = rules::Value<'a>> {
        let content = match reference.when() {
            When::Current => Some(self.now),
            When::Previous => self.before,
        };
        let value = content.and_then(|content| match reference.code() {
            "state" => Some(rules::Value::Text(content.state())),
            code => content.fields.get(code).map(CellValue::as_fact),
        });
        value.into_iter()
    }
}
