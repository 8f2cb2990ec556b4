//! Statements that the service signs, other than access tokens: each kind has a type of its own, so that none passes for
//! another.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Binary, Text};
use diesel_async::RunQueryDsl;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header, encode};
use serde::Serialize;
use serde_json::Value;

use super::Identity;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

impl Identity {
    /// Signs a statement of a type with the key that signs now.
    ///
    /// # Errors
    /// Where there is no key, which is a defect.
    pub fn sign_statement(&self, r#type: &str, claims: &impl Serialize, now: DateTime<Utc>) -> Result<String> {
        let ring = self.ring();
        let key = ring.signing(now).ok_or_else(|| AppError::internal("there is no key to sign with"))?;
        let header =
            Header { typ: Some(r#type.to_owned()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, claims, &key.signing).map_err(AppError::internal)
    }
}

#[derive(QueryableByName)]
struct PublicKey {
    #[diesel(sql_type = Binary)]
    public_key: Vec<u8>,
}

/// The claims of a statement, where it is of a type and was signed by a key of this service, even one long retired.
///
/// # Errors
/// Where the database refuses.
pub async fn verify_statement(tx: &mut Tx, r#type: &str, jws: &str) -> Result<Option<Value>> {
    let Ok(header) = decode_header(jws) else { return Ok(None) };
    let (Some(kid), true) = (header.kid, header.typ.as_deref() == Some(r#type)) else { return Ok(None) };
    let keys: Vec<PublicKey> = statement(
        "SELECT public_key FROM signing_keys WHERE kid = $1
         UNION ALL SELECT public_key FROM retired_keys WHERE kid = $1",
    )
    .bind::<Text, _>(&kid)
    .load(&mut **tx)
    .await?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    // It says when it was said, and holds for good.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims::<&str>(&[]);
    let read = |key: PublicKey| decode::<Value>(jws, &DecodingKey::from_ed_der(&key.public_key), &validation).ok();
    Ok(keys.into_iter().find_map(read).map(|verified| verified.claims))
}
