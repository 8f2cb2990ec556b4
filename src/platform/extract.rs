//! What handlers take out of a request: strict JSON bodies, strict parameters, and the headers
//! that make a write conditional or repeatable.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::error::PayloadError;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::conditional::Precondition;
use super::contract::{self, escape};
use super::error::{AppError, Code, Result, Violation, ViolationCode};
use super::idempotency::Idempotency;
use super::message::Language;
use super::repeated;
use super::upload::{media_type, unsupported};
use crate::say;

/// The largest JSON body, in bytes.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// A write: its body, and the headers that make it conditional or repeatable.
#[derive(Debug)]
pub struct Command<T> {
    /// What was sent.
    pub body: T,
    /// `If-Match`, `If-None-Match`.
    pub precondition: Precondition,
    /// `Idempotency-Key`.
    pub idempotency: Idempotency,
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Command<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let bytes = Bytes::from_request(&request, payload);
        Box::pin(async move {
            expect_json(&request)?;
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            Ok(Self {
                body: parse(&bytes)?,
                precondition: Precondition::of(&request)?,
                idempotency: Idempotency::of(&request, Sha256::digest(&bytes).to_vec())?,
            })
        })
    }
}

/// A write that has no body.
#[derive(Debug)]
pub struct Action {
    /// `If-Match`, `If-None-Match`.
    pub precondition: Precondition,
    /// `Idempotency-Key`.
    pub idempotency: Idempotency,
}

impl FromRequest for Action {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            Ok(Self { precondition: Precondition::of(request)?, idempotency: Idempotency::of(request, Vec::new())? })
        };
        ready(read())
    }
}

fn expect_json(request: &HttpRequest) -> Result<()> {
    if media_type(request.headers()) == "application/json" { Ok(()) } else { Err(unsupported("application/json")) }
}

/// What became of a body that could not be read to its end.
#[must_use]
pub fn unreadable(error: &actix_web::Error) -> AppError {
    let status = error.as_response_error().status_code();
    let code = match error.as_error::<PayloadError>() {
        // A body that the service itself keeps, and cannot read now: nobody sent anything wrong.
        Some(PayloadError::Io(_)) => Code::Unavailable,
        _ if status == Code::PayloadTooLarge.status() => Code::PayloadTooLarge,
        _ => Code::MalformedRequest,
    };
    AppError::new(code).caused_by(error.to_string())
}

/// Reads a JSON document strictly, naming every place where it departs from the schema of `T`.
///
/// # Errors
/// [`Code::MalformedRequest`] where it is not JSON, [`Code::ValidationFailed`] where it does not
/// conform.
pub fn parse<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Result<T> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    let mut violations = violations::<T>(&value)?;
    violations.extend(repeated::fields(bytes).into_iter().map(|pointer| {
        Violation::new(pointer, ViolationCode::Duplicate, say!("字段出现多次", "The field stands more than once"))
    }));
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        let reason = error.inner().to_string();
        AppError::violation(
            pointer,
            ViolationCode::WrongFormat,
            say!("无法理解此值：{reason}", "This cannot be understood: {reason}"),
        )
    })
}

/// All places where a value departs from the schema of `T`, or cannot be kept.
///
/// # Errors
/// Where the schema itself cannot be used, which is a defect of the service.
pub fn violations<T: ToSchema + 'static>(value: &Value) -> Result<Vec<Violation>> {
    let mut violations = contract::violations::<T>(value)?;
    let mut places = Vec::new();
    find_nul(value, "", &mut places);
    violations.extend(places.into_iter().map(|pointer| {
        Violation::new(
            pointer,
            ViolationCode::WrongFormat,
            say!("不得含有空字符", "It must not contain the character U+0000"),
        )
    }));
    Ok(violations)
}

fn malformed(error: &serde_json::Error) -> AppError {
    let (line, column) = (error.line(), error.column());
    let reason = error.to_string();
    AppError::new(Code::MalformedRequest)
        .detail(say!("不是有效的 JSON（第 {line} 行第 {column} 列）：{reason}", "This is not valid JSON: {reason}"))
}

/// Where there is a U+0000, which PostgreSQL's text cannot hold.
fn find_nul(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains('\0') => found.push(place.to_owned()),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                find_nul(item, &format!("{place}/{i}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = format!("{place}/{}", escape(name));
                if name.contains('\0') {
                    found.push(place);
                } else {
                    find_nul(field, &place, found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { variant } => format!("/{}", escape(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// The parameters behind the `?`. Those that the operation does not have are refused before.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Self))
    }
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T> {
    let mut seen = BTreeSet::new();
    let violations: Vec<Violation> = form_urlencoded::parse(query.as_bytes())
        .filter_map(|(name, value)| {
            let violation = |code, message| Some(Violation::new(format!("?{name}"), code, message));
            if value.contains('\0') {
                violation(
                    ViolationCode::WrongFormat,
                    say!("不得含有空字符", "It must not contain the character U+0000"),
                )
            } else if !seen.insert(name.clone()) {
                violation(ViolationCode::Duplicate, say!("参数“{name}”出现多次", "The parameter “{name}” stands twice"))
            } else {
                None
            }
        })
        .collect();
    if !violations.is_empty() {
        return Err(AppError::new(Code::InvalidParameter).with_violations(violations));
    }
    let parsed = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(parsed).map_err(|error| {
        let reason = error.inner().to_string();
        AppError::parameter(
            pointer(error.path()).trim_start_matches('/'),
            ViolationCode::WrongFormat,
            say!("参数值无法理解：{reason}", "The parameter cannot be understood: {reason}"),
        )
    })
}

/// The language of the caller, where an answer that is no error carries texts for people.
impl FromRequest for Language {
    type Error = Infallible;
    type Future = Ready<std::result::Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        ready(Ok(Self::preferred(accepted)))
    }
}
