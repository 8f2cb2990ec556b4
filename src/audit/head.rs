//! The head of the journal, signed, so that it can be kept elsewhere and held against the journal later.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::verify_statement;
use crate::platform::db::Database;
use crate::platform::error::{AppError, Result};
use crate::platform::message::Message;
use crate::say;

/// The type in the header of a signed head, so that it never passes for anything else.
pub(super) const TYPE: &str = "jixiao-journal-head+jwt";

/// Where the chain of a bureau ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalHead {
    /// Code of the bureau.
    #[schema(example = "130128")]
    pub bureau: String,
    /// The position of the newest sealed entry; 0 before the first.
    #[schema(example = 1024)]
    pub position: i64,
    /// Its hash, SHA-256 in hexadecimal.
    #[schema(example = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    pub hash: String,
    /// When this was said.
    pub at: DateTime<Utc>,
    /// The same, signed by the service's key: a compact JWS whose claims are `bureau`, `position`, `hash` and `iat`.
    pub jws: String,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub bureau: String,
    pub position: i64,
    pub hash: String,
    pub iat: i64,
}

/// Checks that a head was signed by this service and says what its signature says.
///
/// # Errors
/// Where the database refuses. What is wrong with the head is given back.
pub async fn check_head(db: &Database, head: &JournalHead) -> Result<Option<Message>> {
    let verified = db.unscoped(async |tx| verify_statement(tx, TYPE, &head.jws).await).await?;
    let Some(claims) = verified else {
        return Ok(Some(say!("签名无效，或不是本服务签发", "The signature is not valid, or not by this service")));
    };
    let claims: Claims = serde_json::from_value(claims).map_err(AppError::internal)?;
    let same = (&claims.bureau, claims.position, &claims.hash) == (&head.bureau, head.position, &head.hash);
    Ok((!same).then(|| say!("文件内容与签名不符", "The file does not say what was signed")))
}

/// A hash as people and programs exchange it.
#[must_use]
pub fn hexadecimal(hash: &[u8]) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
