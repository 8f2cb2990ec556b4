//! Whether the chain is whole: read from its beginning, in pages, so that memory does not grow with it.

use std::fmt;

use chrono::TimeDelta;

use super::queries::{self, ChainRow};
use crate::platform::access::Scope;
use crate::platform::db::Database;
use crate::platform::error::Result;
use crate::platform::journal::{GENESIS, Hash, hash};
use crate::platform::message::Message;
use crate::say;

/// Entries that are read at once.
const PAGE: i64 = 5_000;

/// How far is looked ahead to tell what happened where the chain is broken.
const LOOK_AHEAD: i64 = 2_000;

/// How long an entry may wait for the sealer.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// What was found of a bureau's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many entries are in order, from the first on.
    pub sound: i64,
    /// The hash of the last of them.
    pub hash: Hash,
    /// What is wrong with the next, where something is.
    pub fault: Option<Fault>,
    /// How many entries have waited for the sealer for more than a minute.
    pub waiting: i64,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The position.
    pub position: i64,
    /// The number of the entry that stands there, where one does.
    pub id: Option<i64>,
    /// What happened to it, as far as the rest of the chain tells.
    pub found: Found,
}

/// What happened to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It does not say what it said, or its hash is not what it was.
    Altered,
    /// It was taken out.
    Missing,
    /// It was put in.
    Inserted,
    /// Another one stood here.
    Reordered,
}

impl Fault {
    /// The same for people.
    #[must_use]
    pub fn message(&self) -> Message {
        let position = self.position;
        let id = self.id.map_or_else(|| "—".to_owned(), |id| id.to_string());
        match self.found {
            Found::Altered => say!("第 {position} 条（id {id}）被改动", "Entry {position} (id {id}) was altered"),
            Found::Missing => say!("第 {position} 条被删除", "Entry {position} is missing"),
            Found::Inserted => say!("第 {position} 条（id {id}）是插入的", "Entry {position} (id {id}) was inserted"),
            Found::Reordered => {
                say!("第 {position} 条（id {id}）被调换了位置", "Entry {position} (id {id}) stands in another's place")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

/// Reads the whole journal of a bureau. `stop_at` is a position behind which nothing is read; `progress` hears how far it is.
///
/// # Errors
/// Where the database refuses; what is wrong with the journal is in the report.
pub async fn verify(
    db: &Database,
    scope: &Scope,
    stop_at: Option<i64>,
    mut progress: impl FnMut(i64),
) -> Result<Report> {
    let (mut position, mut previous) = (0, GENESIS);
    let mut fault = None;
    'pages: loop {
        let limit = stop_at.map_or(PAGE, |stop| PAGE.min(stop - position));
        if limit <= 0 {
            break;
        }
        let rows = db.read(scope, async |tx| queries::chain(tx, scope, position, limit).await).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let Some(next) = link(&previous, position + 1, row) else {
                let look = async |tx: &mut _| queries::chain(tx, scope, position, LOOK_AHEAD).await;
                fault = Some(judge(&previous, position + 1, &db.read(scope, look).await?));
                break 'pages;
            };
            (position, previous) = (position + 1, next);
        }
        progress(position);
    }
    let waiting = db
        .read(scope, async |tx| {
            let moment = tx.now() - PATIENCE;
            queries::waiting_since(tx, scope, moment).await
        })
        .await?;
    Ok(Report { sound: position, hash: previous, fault, waiting })
}

/// The hash of an entry, where it is the one that stands there and the entry is where it says.
fn link(previous: &Hash, position: i64, row: &ChainRow) -> Option<Hash> {
    let computed = hash(previous, position, &row.entry);
    (row.position == position && row.hash == computed).then_some(computed)
}

/// What is wrong at a position, by what stands there and behind it; `rows` begin there.
fn judge(previous: &Hash, position: i64, rows: &[ChainRow]) -> Fault {
    let first = rows.first().filter(|row| row.position == position);
    let Some(row) = first else { return Fault { position, id: None, found: Found::Missing } };
    let found = |found| Fault { position, id: Some(row.entry.id), found };
    let (next, after) = (rows.get(1), rows.get(2));
    let fits = |previous: &Hash, position: i64, row: &ChainRow| row.hash == hash(previous, position, &row.entry);
    let stored = |row: &ChainRow| Hash::try_from(row.hash.as_slice()).ok();
    let computed = hash(previous, position, &row.entry);
    // The next one builds on what this one would be: only its hash is another.
    if next.is_some_and(|next| fits(&computed, position + 1, next)) {
        return found(Found::Altered);
    }
    if let Some(next) = next.filter(|next| fits(previous, position, next)) {
        // The rest has moved by one, or just these two have changed places.
        let goes_on = after.is_none_or(|after| stored(next).is_some_and(|hash| fits(&hash, position + 1, after)));
        return found(if goes_on { Found::Inserted } else { Found::Reordered });
    }
    if rows.iter().skip(1).any(|other| fits(previous, position, other)) {
        return found(Found::Reordered);
    }
    let builds_on = |gap: i64| next.zip(stored(row)).is_some_and(|(next, hash)| fits(&hash, position + gap, next));
    // This one is sound by itself at the next position: one before it was taken out, and the rest moved up.
    if !builds_on(1) && builds_on(2) {
        return Fault { position, id: None, found: Found::Missing };
    }
    found(Found::Altered)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::platform::journal::StoredEntry;

    fn chained(count: i64) -> Vec<ChainRow> {
        let mut previous = GENESIS;
        (1..=count)
            .map(|position| {
                let entry = StoredEntry {
                    bureau_id: 1,
                    id: position * 3,
                    recorded_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(position),
                    actor: "user:officer".to_owned(),
                    action: "submission.accept".to_owned(),
                    subject_type: "submission".to_owned(),
                    subject: format!("basics/2022/{position}"),
                    school: (position % 3 == 0).then(|| "2199000001".to_owned()),
                    before: (position % 2 == 0).then(|| "{\"state\": \"submitted\"}".to_owned()),
                    after: Some(format!("{{\"revision\": {position}}}")),
                    request_id: Uuid::from_u128(position.unsigned_abs().into()),
                };
                previous = hash(&previous, position, &entry);
                ChainRow { position, hash: previous.to_vec(), entry }
            })
            .collect()
    }

    /// What is found first.
    fn first_fault(rows: &[ChainRow]) -> Option<Fault> {
        let mut previous = GENESIS;
        for (i, row) in (0_i64..).zip(rows) {
            match link(&previous, i + 1, row) {
                Some(next) => previous = next,
                None => return Some(judge(&previous, i + 1, &rows[usize::try_from(i).unwrap()..])),
            }
        }
        None
    }

    fn told(rows: &[ChainRow]) -> Option<(i64, Found)> {
        first_fault(rows).map(|fault| (fault.position, fault.found))
    }

    fn renumber(rows: &mut [ChainRow]) {
        for (position, row) in (1..).zip(rows) {
            row.position = position;
        }
    }

    #[test]
    fn what_happened_is_told_as_exactly_as_the_chain_tells() {
        let sound = chained(20);
        assert_eq!(told(&sound), None);
        let changed = |change: &dyn Fn(&mut Vec<ChainRow>)| {
            let mut rows = sound.clone();
            change(&mut rows);
            told(&rows)
        };
        assert_eq!(changed(&|rows| rows[6].entry.actor = "user:other".to_owned()), Some((7, Found::Altered)));
        assert_eq!(changed(&|rows| rows[19].entry.after = None), Some((20, Found::Altered)), "the last");
        assert_eq!(changed(&|rows| rows[6].hash[3] ^= 1), Some((7, Found::Altered)));
        assert_eq!(changed(&|rows| drop(rows.remove(6))), Some((7, Found::Missing)));
        let closed_up = |rows: &mut Vec<ChainRow>| {
            rows.remove(6);
            renumber(rows);
        };
        assert_eq!(changed(&closed_up), Some((7, Found::Missing)), "and the rest moved up");
        let inserted = |rows: &mut Vec<ChainRow>| {
            let mut forged = rows[6].clone();
            forged.entry.id = 1_000;
            rows.insert(6, forged);
            renumber(rows);
        };
        assert_eq!(changed(&inserted), Some((7, Found::Inserted)));
        for other in [7, 12] {
            let swapped = |rows: &mut Vec<ChainRow>| {
                rows.swap(6, other);
                renumber(rows);
            };
            assert_eq!(changed(&swapped), Some((7, Found::Reordered)), "with {other}");
        }
    }

    #[test]
    fn every_change_of_a_single_byte_is_found() {
        let sound = chained(200);
        let mut tried = 0;
        for round in 0_usize.. {
            if tried == 10_000 {
                break;
            }
            let mut rows = sound.clone();
            let at = rand::random_range(0..rows.len());
            let flip = 1_u8 << rand::random_range(0..7);
            let row = &mut rows[at];
            let entry = &mut row.entry;
            let changed = match round % 13 {
                0 => flip_byte(&mut row.hash, flip),
                1 => flip_text(&mut entry.actor, flip),
                2 => flip_text(&mut entry.action, flip),
                3 => flip_text(&mut entry.subject_type, flip),
                4 => flip_text(&mut entry.subject, flip),
                5 => entry.school.as_mut().is_some_and(|text| flip_text(text, flip)),
                6 => entry.before.as_mut().is_some_and(|text| flip_text(text, flip)),
                7 => entry.after.as_mut().is_some_and(|text| flip_text(text, flip)),
                8 => {
                    entry.id ^= i64::from(flip);
                    true
                }
                9 => {
                    row.position ^= i64::from(flip);
                    true
                }
                10 => {
                    entry.recorded_at += TimeDelta::microseconds(flip.into());
                    true
                }
                11 => {
                    entry.bureau_id ^= i32::from(flip);
                    true
                }
                _ => {
                    entry.request_id = Uuid::from_u128(entry.request_id.as_u128() ^ u128::from(flip));
                    true
                }
            };
            if changed {
                tried += 1;
                // As they are read: by position.
                rows.sort_by_key(|row| row.position);
                assert!(first_fault(&rows).is_some(), "a change of entry {at}, kind {}, was not found", round % 13);
            }
        }
    }

    fn flip_byte(bytes: &mut [u8], flip: u8) -> bool {
        let at = rand::random_range(0..bytes.len());
        bytes[at] ^= flip;
        true
    }

    /// Changes a byte of an ASCII text into another.
    fn flip_text(text: &mut String, flip: u8) -> bool {
        let mut bytes = std::mem::take(text).into_bytes();
        flip_byte(&mut bytes, flip);
        *text = String::from_utf8(bytes).unwrap();
        true
    }
}
