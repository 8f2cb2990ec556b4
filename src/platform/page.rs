//! Lists in keyset pages: a cursor names the last key of a page, and is bound to its filter.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{Array, ArrayBuilder};
use utoipa::{IntoParams, ToSchema};

use super::error::{AppError, Result, ViolationCode};
use crate::say;

/// Items on a page where the caller does not say.
pub const DEFAULT_LIMIT: i64 = 100;

/// The most items on a page.
pub const MAX_LIMIT: i64 = 1_000;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The items, in the order of their keys.
    #[schema(schema_with = list_of::<T>)]
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last.
    #[schema(required)]
    pub next: Option<String>,
}

/// Refers to the schema of the items, which would otherwise stand in the document twice.
fn list_of<T: ToSchema>() -> Array {
    let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
    items.description(Some("The items, in the order of their keys.")).build()
}

impl<T: ToSchema> Page<T> {
    /// A page out of one row more than the limit, where there was one.
    ///
    /// # Errors
    /// Where a cursor cannot be written, which is a defect.
    pub fn of<K: Serialize>(
        mut items: Vec<T>,
        limit: i64,
        filter: &impl Serialize,
        key: impl Fn(&T) -> K,
    ) -> Result<Self> {
        let limit = usize::try_from(limit).map_err(AppError::internal)?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = match items.last() {
            Some(last) if more => Some(write_cursor(&key(last), filter)?),
            _ => None,
        };
        Ok(Self { items, next })
    }
}

/// The parameters of a list that has no filter.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageParams {
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub limit: Option<i64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// The limit that a caller asked for, checked.
///
/// # Errors
/// A violation of the parameter `limit`.
pub fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(AppError::parameter(
            "limit",
            ViolationCode::OutOfRange,
            say!("limit 应在 1 至 {MAX_LIMIT} 之间", "limit must be between 1 and {MAX_LIMIT}"),
        )),
    }
}

/// Of what is in memory, the items of a page, and one more where there are more.
pub fn take<T>(by_key: BTreeMap<&str, T>, after: Option<&str>, limit: i64) -> impl Iterator<Item = T> {
    let count = usize::try_from(limit).unwrap_or_default().saturating_add(1);
    by_key.into_iter().filter(move |(key, _)| after.is_none_or(|after| *key > after)).take(count).map(|(_, item)| item)
}

#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    after: K,
    filter: String,
}

fn write_cursor<K: Serialize>(after: &K, filter: &impl Serialize) -> Result<String> {
    let cursor = Cursor { after, filter: fingerprint(filter)? };
    let bytes = serde_json::to_vec(&cursor).map_err(AppError::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The key after which the page begins, where the caller gave a cursor.
///
/// # Errors
/// A violation of the parameter `cursor`, where it is none of ours or belongs to another filter.
pub fn read_cursor<K: DeserializeOwned>(cursor: Option<&str>, filter: &impl Serialize) -> Result<Option<K>> {
    let Some(text) = cursor else { return Ok(None) };
    let refusal = || {
        AppError::parameter(
            "cursor",
            ViolationCode::WrongFormat,
            say!("cursor 无效，或属于其他查询条件", "The cursor is not valid, or belongs to another filter"),
        )
    };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refusal())?;
    // The database cannot even be asked for a text with U+0000.
    if bytes.windows(6).any(|escape| escape == br"\u0000") {
        return Err(refusal());
    }
    let cursor: Cursor<K> = serde_json::from_slice(&bytes).map_err(|_| refusal())?;
    if cursor.filter == fingerprint(filter)? { Ok(Some(cursor.after)) } else { Err(refusal()) }
}

fn fingerprint(filter: &impl Serialize) -> Result<String> {
    let bytes = serde_json::to_vec(filter).map_err(AppError::internal)?;
    let hash = Sha256::digest(bytes);
    Ok(BASE64_URL_SAFE_NO_PAD.encode(hash.first_chunk::<12>().copied().unwrap_or_default()))
}
