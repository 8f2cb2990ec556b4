//! Conditional requests: strong entity tags made of row versions.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use super::error::{AppError, Code, Result};
use crate::say;

/// The entity tag of a row version.
#[must_use]
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// What a write demands of the state that it meets.
#[derive(Debug, Clone, Default)]
pub struct Precondition {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<String>),
}

impl Tags {
    fn of(request: &HttpRequest, name: &HeaderName) -> Result<Option<Self>> {
        let Some(value) = request.headers().get(name) else { return Ok(None) };
        let refusal = || {
            AppError::new(Code::MalformedRequest)
                .detail(say!("{name} 应为 * 或带引号的实体标签", "{name} must be * or quoted entity tags"))
        };
        let value = value.to_str().map_err(|_| refusal())?.trim();
        if value == "*" {
            return Ok(Some(Self::Any));
        }
        let tags: Vec<String> = value.split(',').map(|tag| tag.trim().to_owned()).collect();
        let quoted =
            |tag: &String| tag.len() >= 2 && tag.trim_start_matches("W/").starts_with('"') && tag.ends_with('"');
        if tags.iter().all(quoted) { Ok(Some(Self::These(tags))) } else { Err(refusal()) }
    }

    fn matches(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|each| each == tag),
        }
    }
}

impl Precondition {
    /// Reads `If-Match` and `If-None-Match`.
    ///
    /// # Errors
    /// [`Code::MalformedRequest`] where they are not entity tags.
    pub fn of(request: &HttpRequest) -> Result<Self> {
        Ok(Self { if_match: Tags::of(request, &IF_MATCH)?, if_none_match: Tags::of(request, &IF_NONE_MATCH)? })
    }

    /// For PUT, PATCH and DELETE: something that exists may be changed only by who names its
    /// version (or `*`), and something that is to be new must not exist.
    ///
    /// # Errors
    /// [`Code::PreconditionRequired`], [`Code::PreconditionFailed`].
    pub fn check(&self, current: Option<i32>) -> Result<()> {
        if current.is_some() && self.if_match.is_none() && self.if_none_match.is_none() {
            return Err(AppError::new(Code::PreconditionRequired).detail(say!(
                "修改已有内容时，请在 If-Match 中给出读到的 ETag（或 *）",
                "To change what exists, give the ETag that you read (or *) in If-Match"
            )));
        }
        self.check_if_given(current)
    }

    /// For actions: the version counts only where the caller names one.
    ///
    /// # Errors
    /// [`Code::PreconditionFailed`].
    pub fn check_if_given(&self, current: Option<i32>) -> Result<()> {
        let tag = current.map(etag);
        let met = match (&self.if_match, &self.if_none_match, &tag) {
            (Some(wanted), _, Some(tag)) if !wanted.matches(tag) => false,
            (Some(_), _, None) => false,
            (_, Some(unwanted), Some(tag)) if unwanted.matches(tag) => false,
            _ => true,
        };
        if met {
            return Ok(());
        }
        let tag = tag.unwrap_or_else(|| "—".to_owned());
        Err(AppError::new(Code::PreconditionFailed).detail(say!(
            "当前版本是 {tag}，请重新读取后再改",
            "The current version is {tag}; read it again before changing it"
        )))
    }
}

/// Whether a GET names the version that it would be answered with, so that 304 is enough.
#[must_use]
pub fn is_fresh(request: &HttpRequest, tag: &str) -> bool {
    matches!(Tags::of(request, &IF_NONE_MATCH), Ok(Some(tags)) if tags.matches(tag))
}
