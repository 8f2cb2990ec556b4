//! The OpenAPI document is the contract: every JSON body is checked against the schema that the
//! document shows, and every violation is named.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use jsonschema::error::{ValidationError, ValidationErrorKind as Kind};
use jsonschema::{PatternOptions, Validator};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::error::{AppError, Result, Violation, ViolationCode};
use super::message::Message;
use crate::say;

type Validators = RwLock<HashMap<TypeId, Arc<Validator>>>;

static VALIDATORS: LazyLock<Validators> = LazyLock::new(Validators::default);

/// All places where a body departs from the schema of `T`; none where it conforms.
///
/// # Errors
/// Where the schema itself cannot be used, which is a defect of the service.
pub fn violations<T: ToSchema + 'static>(body: &Value) -> Result<Vec<Violation>> {
    let validator = validator::<T>()?;
    if validator.is_valid(body) {
        return Ok(Vec::new());
    }
    Ok(validator.iter_errors(body).flat_map(|error| describe(&error)).collect())
}

fn validator<T: ToSchema + 'static>() -> Result<Arc<Validator>> {
    let kept = VALIDATORS.read().ok().and_then(|kept| kept.get(&TypeId::of::<T>()).cloned());
    if let Some(validator) = kept {
        return Ok(validator);
    }
    let validator = Arc::new(compile::<T>()?);
    if let Ok(mut kept) = VALIDATORS.write() {
        kept.insert(TypeId::of::<T>(), Arc::clone(&validator));
    }
    Ok(validator)
}

fn compile<T: ToSchema>() -> Result<Validator> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    let schemas: HashMap<_, _> = schemas.into_iter().collect();
    let document = json!({
        "$ref": format!("#/components/schemas/{}", T::name()),
        "components": { "schemas": schemas },
    });
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex())
        .build(&document)
        .map_err(|error| AppError::internal(error.to_string()))
}

fn describe(error: &ValidationError<'_>) -> Vec<Violation> {
    let place = error.instance_path().to_string();
    let at = |code, message| vec![Violation::new(place.clone(), code, message)];
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                let pointer = format!("{place}/{}", escape(name));
                Violation::new(
                    pointer,
                    ViolationCode::UnknownField,
                    say!("没有名为“{name}”的字段", "There is no field “{name}”"),
                )
            })
            .collect(),
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let pointer = format!("{place}/{}", escape(name));
            vec![Violation::new(
                pointer,
                ViolationCode::Missing,
                say!("缺少字段“{name}”", "The field “{name}” is missing"),
            )]
        }
        Kind::Type { .. } => at(ViolationCode::WrongType, say!("值的类型不对", "The value has the wrong type")),
        Kind::Enum { options } => {
            let options =
                options.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
            at(ViolationCode::NotAllowed, say!("只允许：{options}", "Allowed are: {options}"))
        }
        Kind::Pattern { pattern } => {
            at(ViolationCode::WrongFormat, say!("应符合格式 {pattern}", "It must match {pattern}"))
        }
        Kind::Format { format } => at(ViolationCode::WrongFormat, say!("应为 {format} 格式", "It must be a {format}")),
        Kind::Minimum { limit } => {
            at(ViolationCode::OutOfRange, say!("不得小于 {limit}", "It must be at least {limit}"))
        }
        Kind::Maximum { limit } => {
            at(ViolationCode::OutOfRange, say!("不得大于 {limit}", "It must be at most {limit}"))
        }
        Kind::MinLength { limit } => {
            at(ViolationCode::WrongLength, say!("至少 {limit} 个字", "At least {limit} characters"))
        }
        Kind::MaxLength { limit } => {
            at(ViolationCode::WrongLength, say!("至多 {limit} 个字", "At most {limit} characters"))
        }
        Kind::MinItems { limit } => at(ViolationCode::WrongLength, say!("至少 {limit} 项", "At least {limit} items")),
        Kind::MaxItems { limit } => at(ViolationCode::WrongLength, say!("至多 {limit} 项", "At most {limit} items")),
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            closest(context, &place).unwrap_or_else(|| at(ViolationCode::WrongType, unfit()))
        }
        _ => at(ViolationCode::WrongFormat, unfit()),
    }
}

fn unfit() -> Message {
    say!("值不符合要求", "The value does not fit")
}

/// Of several alternatives, what is wrong with the one that a value of the right type comes closest to; the value stands at
/// `place`.
fn closest(alternatives: &[Vec<ValidationError<'static>>], place: &str) -> Option<Vec<Violation>> {
    let another_type = |error: &ValidationError<'_>| {
        matches!(error.kind(), Kind::Type { .. }) && error.instance_path().to_string() == place
    };
    alternatives
        .iter()
        .filter(|errors| !errors.iter().any(another_type))
        .min_by_key(|errors| errors.len())
        .map(|errors| errors.iter().flat_map(describe).collect())
}

/// A name as a token of a JSON pointer.
#[must_use]
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
