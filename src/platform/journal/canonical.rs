//! The form in which an entry is hashed: every field behind its length, so that no two entries have the same.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as UuidType};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first entry of a bureau.
pub const GENESIS: Hash = [0; 32];

/// An entry as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct StoredEntry {
    /// The tenant.
    #[diesel(sql_type = Integer)]
    pub bureau_id: i32,
    /// The number that the database gave it.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// When it was recorded, to the microsecond.
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    #[diesel(sql_type = Text)]
    pub actor: String,
    /// What was done.
    #[diesel(sql_type = Text)]
    pub action: String,
    /// The kind of thing.
    #[diesel(sql_type = Text)]
    pub subject_type: String,
    /// Its natural key.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// The school that it concerns.
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    /// What it was, as PostgreSQL writes `jsonb`.
    #[diesel(sql_type = Nullable<Text>)]
    pub before: Option<String>,
    /// What it is, likewise.
    #[diesel(sql_type = Nullable<Text>)]
    pub after: Option<String>,
    /// The request that did it.
    #[diesel(sql_type = UuidType)]
    pub request_id: Uuid,
}

/// The hash of an entry at a position, behind the entry before it.
#[must_use]
pub fn hash(previous: &Hash, position: i64, entry: &StoredEntry) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(entry.bureau_id.to_be_bytes());
    hash.update(position.to_be_bytes());
    hash.update(entry.id.to_be_bytes());
    hash.update(entry.recorded_at.timestamp_micros().to_be_bytes());
    for text in [&entry.actor, &entry.action, &entry.subject_type, &entry.subject] {
        field(&mut hash, Some(text));
    }
    for text in [&entry.school, &entry.before, &entry.after] {
        field(&mut hash, text.as_deref());
    }
    hash.update(entry.request_id.as_bytes());
    hash.finalize().into()
}

/// A text behind its length; what is absent has a length that no text has.
fn field(hash: &mut Sha256, text: Option<&str>) {
    match text {
        None => hash.update(u64::MAX.to_be_bytes()),
        Some(text) => {
            hash.update(u64::try_from(text.len()).unwrap_or_default().to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> StoredEntry {
        StoredEntry {
            bureau_id: 1,
            id: 7,
            recorded_at: DateTime::UNIX_EPOCH,
            actor: "user:a".to_owned(),
            action: "b".to_owned(),
            subject_type: "c".to_owned(),
            subject: "d".to_owned(),
            school: None,
            before: Some("{}".to_owned()),
            after: None,
            request_id: Uuid::nil(),
        }
    }

    #[test]
    fn whatever_differs_gives_another_hash() {
        let text = str::to_owned;
        let mut hashes = vec![
            hash(&GENESIS, 1, &entry()),
            hash(&GENESIS, 2, &entry()),
            hash(&[1; 32], 1, &entry()),
            hash(&GENESIS, 1, &StoredEntry { bureau_id: 2, ..entry() }),
            hash(&GENESIS, 1, &StoredEntry { id: 8, ..entry() }),
            hash(
                &GENESIS,
                1,
                &StoredEntry { recorded_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::microseconds(1), ..entry() },
            ),
            hash(&GENESIS, 1, &StoredEntry { school: Some(text("")), ..entry() }),
            hash(&GENESIS, 1, &StoredEntry { before: None, ..entry() }),
            hash(&GENESIS, 1, &StoredEntry { before: None, after: Some(text("{}")), ..entry() }),
            hash(&GENESIS, 1, &StoredEntry { request_id: Uuid::max(), ..entry() }),
            // What ends one field does not begin the next.
            hash(&GENESIS, 1, &StoredEntry { actor: text("user:"), action: text("ab"), ..entry() }),
            hash(&GENESIS, 1, &StoredEntry { action: text(""), subject_type: text("bc"), ..entry() }),
        ];
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
        assert_eq!(hash(&GENESIS, 1, &entry()), hash(&GENESIS, 1, &entry()));
    }
}
