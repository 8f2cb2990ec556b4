//! A register's records as JSON Schema, so that a frontend can draw the form.

use actix_web::get;
use actix_web::web::{Data, Path};
use serde_json::{Map, Value, json};

use super::http::Found;
use crate::app::App;
use crate::catalogue::document::{Concerns, FieldKind, RegisterField, RegisterState, Text, Transition};
use crate::catalogue::{CompiledRegister, MAX_TEXT};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::ReadErrors;
use crate::platform::error::{AppError, Result};
use crate::platform::message::Language;
use crate::platform::reply::Reply;

/// Read the JSON Schema of a register's records
///
/// What `POST …/records` takes (JSON Schema 2020-12), with names in the caller's language; the states, transitions and
/// rules stand beside it under `x-states`, `x-transitions` and `x-rules`. References say what they refer to under
/// `x-refers-to`.
#[utoipa::path(tag = "registers",
    params(("register" = String, Path, description = "Code of the register", example = "construction")),
    responses((status = 200, description = "The schema", content((Object = "application/schema+json"))), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/registers/{register}/schema")]
pub(super) async fn get_register_schema(
    app: Data<App>,
    caller: Caller,
    register: Path<String>,
    language: Language,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let found = app.db.read(&scope, async |tx| Found::find(&app, tx, &scope, &register).await).await?;
    let schema = schema(found.register()?, language);
    let body = serde_json::to_vec(&schema).map_err(AppError::internal)?;
    Ok(Reply::file("application/schema+json", body))
}

fn in_language(text: &Text, language: Language) -> &str {
    match (language, &text.en) {
        (Language::English, Some(en)) => en,
        _ => &text.zh,
    }
}

fn schema(register: &CompiledRegister, language: Language) -> Value {
    let definition = &register.definition;
    let fields: Map<String, Value> =
        definition.fields.iter().map(|field| (field.code.clone(), field_schema(register, field, language))).collect();
    let required: Vec<&str> =
        definition.fields.iter().filter(|each| each.required).map(|each| each.code.as_str()).collect();
    let initial: Vec<&str> =
        definition.states.iter().filter(|each| each.initial).map(|each| each.code.as_str()).collect();
    let school = match definition.concerns {
        Concerns::School => json!({ "type": "string", "x-refers-to": "school" }),
        Concerns::Either => json!({ "type": ["string", "null"], "x-refers-to": "school" }),
        Concerns::Bureau => json!({ "type": "null" }),
    };
    let mut needed = vec!["code"];
    needed.extend((definition.concerns == Concerns::School).then_some("school"));
    needed.extend((!required.is_empty()).then_some("fields"));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": in_language(&definition.name, language),
        "description": definition.help.as_ref().map(|help| in_language(help, language)).unwrap_or_default(),
        "type": "object",
        "additionalProperties": false,
        "required": needed,
        "properties": {
            "code": { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" },
            "school": school,
            "state": { "type": "string", "enum": initial, "default": initial.first() },
            "since": { "type": "string", "format": "date" },
            "fields": {
                "type": "object", "additionalProperties": false, "required": required, "properties": fields,
            },
            "explanations": {
                "type": "array",
                "items": { "type": "object", "required": ["rule", "text"], "additionalProperties": false,
                    "properties": { "rule": { "type": "string" }, "text": { "type": "string" } } },
            },
            "note": { "type": ["string", "null"], "maxLength": MAX_TEXT },
        },
        "x-register-version": register.version,
        "x-states": definition.states.iter().map(|state| told_state(state, language)).collect::<Vec<_>>(),
        "x-transitions": definition.transitions.iter().map(|each| told_transition(each, language)).collect::<Vec<_>>(),
        "x-rules": definition.rules.iter().map(|rule| json!({
            "code": rule.code, "expression": rule.expression, "severity": rule.severity,
            "message": in_language(&rule.message, language),
        })).collect::<Vec<_>>(),
    })
}

fn told_state(state: &RegisterState, language: Language) -> Value {
    json!({ "code": state.code, "title": in_language(&state.name, language), "initial": state.initial })
}

fn told_transition(transition: &Transition, language: Language) -> Value {
    json!({
        "code": transition.code, "title": in_language(&transition.name, language), "from": transition.from,
        "to": transition.to, "by": transition.by, "requires": transition.requires, "needs_note": transition.needs_note,
    })
}

fn field_schema(register: &CompiledRegister, field: &RegisterField, language: Language) -> Value {
    let mut schema = match field.kind {
        FieldKind::Text => json!({
            "type": "string", "minLength": 1, "maxLength": field.max_length.map_or(json!(MAX_TEXT), Value::from),
        }),
        FieldKind::Whole => json!({ "type": "integer" }),
        FieldKind::Decimal => json!({ "type": "number", "multipleOf": 0.000_001 }),
        FieldKind::Amount => json!({ "type": "number", "multipleOf": 0.01 }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Choice => json!({
            "type": "string",
            "oneOf": register.options(&field.code).iter().map(|option| json!({
                "const": option.code, "title": in_language(&option.name, language),
            })).collect::<Vec<_>>(),
        }),
        FieldKind::School => json!({ "type": "string", "x-refers-to": "school" }),
        FieldKind::Record => json!({
            "type": "string", "x-refers-to": format!("registers/{}", field.register.as_deref().unwrap_or_default()),
        }),
    };
    let mut add = |name: &str, value: Option<Value>| {
        if let (Some(value), Some(schema)) = (value, schema.as_object_mut()) {
            schema.insert(name.to_owned(), value);
        }
    };
    add("title", Some(in_language(&field.name, language).into()));
    add("description", field.help.as_ref().map(|help| in_language(help, language).into()));
    add("pattern", field.pattern.as_ref().map(|pattern| format!("^(?:{pattern})$").into()));
    add("minimum", field.minimum.map(Value::from));
    add("maximum", field.maximum.map(Value::from));
    add("x-unique", field.unique.then_some(true.into()));
    add("x-personal", field.personal.then_some(true.into()));
    schema
}
