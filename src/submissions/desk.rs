//! A school's desk for a form and period: everything that decides what may be done there.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::content::Content;
use super::model::State;
use super::queries::Terms;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// A school's place for a form and period: everything that decides what may be done there.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub school: School,
    /// None where the school has not begun.
    pub submission: Option<Submission>,
    pub extended_until: Option<NaiveDate>,
    /// What counts for the period before, accepted or not.
    pub previous: Option<Content>,
}

/// A school as it is now.
#[derive(Debug, Clone)]
pub(super) struct School {
    pub code: String,
    pub name: String,
    pub stage: Option<String>,
    pub opened_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
}

/// A submission as it is now.
#[derive(Debug, Clone)]
pub(super) struct Submission {
    pub state: State,
    pub version: i32,
    pub content: Content,
    pub revision: i32,
    /// What the newest revision says, where the school may hand in another one after it.
    pub handed_over: Option<Content>,
    pub accepted_revision: Option<i32>,
    pub late: bool,
    pub submitted_by: Option<String>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub updated_by: String,
    pub updated_at: DateTime<Utc>,
}

/// The key of a submission within the bureau.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub form: String,
    pub period: String,
    pub school: String,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.form, self.period, self.school)
    }
}

#[derive(QueryableByName)]
struct DeskRow {
    #[diesel(sql_type = Text)]
    form: String,
    #[diesel(sql_type = Text)]
    period: String,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    stage: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    opened_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    closed_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    content: Option<Value>,
    #[diesel(sql_type = Nullable<Integer>)]
    revision: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    accepted_revision: Option<i32>,
    #[diesel(sql_type = Nullable<Bool>)]
    late: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    submitted_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    updated_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    updated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    handed_over: Option<Value>,
    #[diesel(sql_type = Nullable<Date>)]
    extended_until: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    previous: Option<Value>,
}

/// What is asked for a desk: its key, and the previous period where the form's rules look there.
#[derive(Debug, Clone)]
pub(super) struct DeskKey {
    pub key: Key,
    pub previous_period: Option<String>,
}

/// The desks that exist among those asked for, in no order. A school that does not exist or is out
/// of scope has none. The submissions are read, not locked: whoever changes one names the version
/// that it read.
pub(super) async fn desks(tx: &mut Tx, scope: &Scope, keys: &[DeskKey]) -> Result<Vec<(Key, Desk)>> {
    let column = |of: fn(&DeskKey) -> &str| keys.iter().map(of).collect::<Vec<_>>();
    let previous: Vec<Option<&str>> = keys.iter().map(|each| each.previous_period.as_deref()).collect();
    let rows: Vec<DeskRow> = statement(include_str!("sql/desks.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Text>, _>(column(|each| &each.key.form))
        .bind::<Array<Text>, _>(column(|each| &each.key.period))
        .bind::<Array<Text>, _>(column(|each| &each.key.school))
        .bind::<Array<Nullable<Text>>, _>(previous)
        .bind::<Nullable<Text>, _>(scope.school())
        .load(&mut **tx)
        .await?;
    rows.into_iter().map(desk).collect()
}

fn desk(row: DeskRow) -> Result<(Key, Desk)> {
    let key = Key { form: row.form, period: row.period, school: row.code.clone() };
    let submission = match (row.state, row.version, row.content, row.updated_by, row.updated_at) {
        (Some(state), Some(version), Some(content), Some(updated_by), Some(updated_at)) => Some(Submission {
            state: stored_state(&state)?,
            version,
            content: stored_content(content)?,
            revision: row.revision.unwrap_or_default(),
            handed_over: row.handed_over.map(stored_content).transpose()?,
            accepted_revision: row.accepted_revision,
            late: row.late.unwrap_or_default(),
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            note: row.note,
            updated_by,
            updated_at,
        }),
        _ => None,
    };
    let school =
        School { code: row.code, name: row.name, stage: row.stage, opened_on: row.opened_on, closed_on: row.closed_on };
    let previous = row.previous.map(stored_content).transpose()?;
    Ok((key, Desk { school, submission, extended_until: row.extended_until, previous }))
}

pub(super) fn stored_state(name: &str) -> Result<State> {
    State::named(name).ok_or_else(|| AppError::internal(format!("the unknown state {name} is stored")))
}

pub(super) fn stored_content(content: Value) -> Result<Content> {
    serde_json::from_value(content).map_err(AppError::internal)
}

impl Desk {
    pub(super) fn state(&self) -> State {
        self.submission.as_ref().map_or(State::NotBegun, |submission| submission.state)
    }

    pub(super) fn version(&self) -> Option<i32> {
        self.submission.as_ref().map(|submission| submission.version)
    }

    /// The desk when a content was saved there.
    pub(super) fn saved(self, content: &Content, actor: &str, now: DateTime<Utc>) -> Self {
        let begun = self.submission.unwrap_or_else(Submission::begun);
        let submission = Submission {
            version: begun.version + 1,
            content: content.clone(),
            updated_by: actor.to_owned(),
            updated_at: now,
            ..begun
        };
        Self { submission: Some(submission), ..self }
    }

    /// The desk when its working document was submitted.
    pub(super) fn submitted(self, terms: &Terms, actor: &str, now: DateTime<Utc>) -> Self {
        let submission = self.submission.map(|submission| Submission {
            state: State::Submitted,
            version: submission.version + 1,
            revision: terms.revision,
            handed_over: None,
            late: terms.late,
            note: None,
            submitted_by: Some(actor.to_owned()),
            submitted_at: Some(now),
            updated_by: actor.to_owned(),
            updated_at: now,
            ..submission
        });
        Self { submission, ..self }
    }
}

impl Submission {
    /// What is not saved yet.
    fn begun() -> Self {
        Self {
            state: State::Draft,
            version: 0,
            content: Content::default(),
            revision: 0,
            handed_over: None,
            accepted_revision: None,
            late: false,
            submitted_by: None,
            submitted_at: None,
            note: None,
            updated_by: String::new(),
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}
