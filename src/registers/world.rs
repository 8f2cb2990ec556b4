//! What records may not say because of what stands outside them: schools and records that they name, values that must be
//! unique, and who refers to them.

use std::collections::{HashMap, HashSet};

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Text};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::model::Content;
use crate::catalogue::document::{FieldKind, RegisterField};
use crate::catalogue::{Catalogue, CellValue, CompiledRegister};
use crate::organisations::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, enter};
use crate::platform::error::{Result, Violation, ViolationCode};
use crate::platform::message::Message;
use crate::platform::statement::statement;
use crate::say;

/// A record as it is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub record: &'a str,
    pub content: &'a Content,
}

/// What is wrong, by the position of the candidate.
#[derive(Default)]
pub(super) struct Findings(HashMap<usize, Vec<Violation>>);

impl Findings {
    pub(super) fn of(&mut self, candidate: usize) -> Vec<Violation> {
        self.0.remove(&candidate).unwrap_or_default()
    }

    fn add(&mut self, candidate: usize, place: impl Into<String>, code: ViolationCode, message: Message) {
        self.0.entry(candidate).or_default().push(Violation::new(place, code, message));
    }
}

/// Checks records that are to be written together. Who calls has taken the recording time, so that what is found stays so.
pub(super) async fn check(
    tx: &mut Tx,
    scope: &Scope,
    register: &CompiledRegister,
    candidates: &[Candidate<'_>],
) -> Result<Findings> {
    let mut findings = Findings::default();
    schools(tx, scope, register, candidates, &mut findings).await?;
    records(tx, scope, register, candidates, &mut findings).await?;
    let fields = || register.definition.fields.iter();
    if fields().any(|field| field.unique || field.at_most.is_some()) {
        // Uniqueness and the number of references are the register's, beyond the school that a caller sees.
        let whole = Scope::system(scope.bureau_id(), "registers");
        if scope.school().is_some() {
            enter(tx, &whole).await?;
        }
        for field in fields().filter(|field| field.unique) {
            unique(tx, scope, register, field, candidates, &mut findings).await?;
        }
        for field in fields() {
            let Some(most) = field.at_most else { continue };
            at_most(tx, scope, register, (field, most.into()), candidates, &mut findings).await?;
        }
        if scope.school().is_some() {
            enter(tx, scope).await?;
        }
    }
    Ok(findings)
}

fn text<'a>(content: &'a Content, field: &RegisterField) -> Option<&'a str> {
    match content.fields.get(&field.code) {
        Some(CellValue::Text(text)) => Some(text),
        _ => None,
    }
}

/// Each value of the fields of a kind: candidate, field, text.
fn named<'a>(
    register: &'a CompiledRegister,
    candidates: &'a [Candidate<'a>],
    kind: FieldKind,
) -> impl Iterator<Item = (usize, &'a RegisterField, &'a str)> {
    let fields = move || register.definition.fields.iter().filter(move |field| field.kind == kind);
    candidates
        .iter()
        .enumerate()
        .flat_map(move |(i, each)| fields().filter_map(move |field| Some((i, field, text(each.content, field)?))))
}

async fn schools(
    tx: &mut Tx,
    scope: &Scope,
    register: &CompiledRegister,
    candidates: &[Candidate<'_>],
    findings: &mut Findings,
) -> Result<()> {
    let own = candidates.iter().enumerate().filter_map(|(i, each)| Some((i, each.content.school.as_deref()?)));
    let mut places: Vec<(usize, String, &str)> = own.map(|(i, code)| (i, "/school".to_owned(), code)).collect();
    places.extend(
        named(register, candidates, FieldKind::School)
            .map(|(i, field, code)| (i, format!("/fields/{}", field.code), code)),
    );
    if places.is_empty() {
        return Ok(());
    }
    let codes: HashSet<&str> = places.iter().map(|(_, _, code)| *code).collect();
    let kinds = organisations::kinds(tx, scope, &codes.into_iter().collect::<Vec<_>>()).await?;
    for (i, place, code) in places {
        if kinds.get(code) != Some(&Kind::School) {
            let message = say!("没有学校“{code}”", "There is no school “{code}”");
            findings.add(i, place, ViolationCode::UnknownSchool, message);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    register: String,
    #[diesel(sql_type = Text)]
    record: String,
}

/// Records that are referred to exist, are visible, and are not withdrawn; or are written together with who refers to them.
async fn records(
    tx: &mut Tx,
    scope: &Scope,
    register: &CompiledRegister,
    candidates: &[Candidate<'_>],
    findings: &mut Findings,
) -> Result<()> {
    let named: Vec<(usize, &RegisterField, &str)> = named(register, candidates, FieldKind::Record).collect();
    if named.is_empty() {
        return Ok(());
    }
    let target = |field: &RegisterField| field.register.clone().unwrap_or_default();
    let rows: Vec<Found> = statement(
        "SELECT DISTINCT k.register, k.record
         FROM unnest($2::text[], $3::text[]) AS k (register, record)
         JOIN register_revisions AS r ON r.bureau_id = $1 AND r.register = k.register AND r.record = k.record
         WHERE r.superseded_at IS NULL AND NOT r.withdrawn",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(named.iter().map(|(_, field, _)| target(field)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(named.iter().map(|(_, _, code)| *code).collect::<Vec<_>>())
    .load(&mut **tx)
    .await?;
    let mut known: HashSet<(String, String)> = rows.into_iter().map(|row| (row.register, row.record)).collect();
    let together = candidates.iter().map(|each| (register.definition.code.clone(), each.record.to_owned()));
    known.extend(together);
    for (i, field, code) in named {
        if !known.contains(&(target(field), code.to_owned())) {
            let message = say!("没有记录“{code}”，或已撤销", "There is no record “{code}”, or it is withdrawn");
            findings.add(i, format!("/fields/{}", field.code), ViolationCode::UnknownReference, message);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Jsonb)]
    value: Value,
    #[diesel(sql_type = BigInt)]
    records: i64,
}

/// So many candidates are looked up one by one, by an index; of more, all records are gone through once.
const FEW: usize = 20;

const OTHERS_OF_FEW: &str = "
    SELECT given.value, (
        SELECT count(*) FROM register_revisions
        WHERE bureau_id = $1 AND register = $2 AND superseded_at IS NULL AND NOT withdrawn
            AND fields @> jsonb_build_object($3::text, given.value) AND record <> ALL ($5)
    ) AS records
    FROM (SELECT DISTINCT value FROM unnest($4::jsonb[]) AS value) AS given";

/// By grouping and not by joins: for those a plan may be kept that goes through all records for each value.
const OTHERS_OF_MANY: &str = "
    SELECT value, count(record) AS records
    FROM (
        SELECT value, record
        FROM (
            SELECT record, (array_agg(value))[1] AS value, bool_or(is_own) AS is_own
            FROM (
                SELECT record, fields -> $3::text AS value, false AS is_own FROM register_revisions
                WHERE bureau_id = $1 AND register = $2 AND superseded_at IS NULL AND NOT withdrawn
                UNION ALL
                SELECT own, NULL, true FROM unnest($5::text[]) AS own
            ) AS every_record
            GROUP BY record
        ) AS record
        WHERE NOT is_own AND value IS NOT NULL
        UNION ALL
        SELECT value, NULL FROM unnest($4::jsonb[]) AS value
    ) AS every_value
    GROUP BY value HAVING count(*) > count(record)";

/// How many other records, not among the candidates, have each of some values of a field.
async fn others(
    tx: &mut Tx,
    scope: &Scope,
    register: &CompiledRegister,
    field: &RegisterField,
    candidates: &[Candidate<'_>],
) -> Result<HashMap<String, i64>> {
    let values = candidates.iter().filter_map(|each| each.content.fields.get(&field.code)).map(|value| json!(value));
    let rows: Vec<Counted> = statement(if candidates.len() > FEW { OTHERS_OF_MANY } else { OTHERS_OF_FEW })
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(&register.definition.code)
        .bind::<Text, _>(&field.code)
        .bind::<Array<Jsonb>, _>(values.collect::<Vec<Value>>())
        .bind::<Array<Text>, _>(candidates.iter().map(|each| each.record).collect::<Vec<_>>())
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.value.to_string(), row.records)).collect())
}

/// A value as [`others`] names it.
fn key(value: &CellValue) -> String {
    serde_json::to_value(value).map(|value| value.to_string()).unwrap_or_default()
}

async fn unique(
    tx: &mut Tx,
    scope: &Scope,
    register: &CompiledRegister,
    field: &RegisterField,
    candidates: &[Candidate<'_>],
    findings: &mut Findings,
) -> Result<()> {
    let others = others(tx, scope, register, field, candidates).await?;
    let mut seen = HashSet::new();
    for (i, each) in candidates.iter().enumerate().filter(|(_, each)| !each.content.withdrawn) {
        let Some(value) = each.content.fields.get(&field.code).map(key) else { continue };
        let taken = others.get(&value).is_some_and(|records| *records > 0);
        if taken || !seen.insert(value) {
            let message = say!("另一条记录已有此值", "Another record has this value");
            findings.add(i, format!("/fields/{}", field.code), ViolationCode::Duplicate, message);
        }
    }
    Ok(())
}

async fn at_most(
    tx: &mut Tx,
    scope: &Scope,
    register: &CompiledRegister,
    (field, most): (&RegisterField, i64),
    candidates: &[Candidate<'_>],
    findings: &mut Findings,
) -> Result<()> {
    let mut referring = others(tx, scope, register, field, candidates).await?;
    for (i, each) in candidates.iter().enumerate().filter(|(_, each)| !each.content.withdrawn) {
        let Some(value) = each.content.fields.get(&field.code) else { continue };
        let count = referring.entry(key(value)).or_default();
        *count += 1;
        if *count > most {
            let message = say!("至多 {most} 条记录可引用它", "At most {most} records may refer to it");
            findings.add(i, format!("/fields/{}", field.code), ViolationCode::OutOfRange, message);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whether a record that is not withdrawn refers to this one.
pub(super) async fn is_referred_to(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    (register, record): (&str, &str),
) -> Result<bool> {
    let referring = catalogue.document().registers.iter().flat_map(|other| {
        let fields = other.fields.iter().filter(|field| field.register.as_deref() == Some(register));
        fields.map(|field| (other.code.as_str(), json!({ &field.code: record })))
    });
    let (registers, values): (Vec<&str>, Vec<Value>) = referring.unzip();
    if registers.is_empty() {
        return Ok(false);
    }
    let whole = Scope::system(scope.bureau_id(), "registers");
    if scope.school().is_some() {
        enter(tx, &whole).await?;
    }
    let exists: Exists = statement(
        "SELECT EXISTS (
             SELECT FROM unnest($2::text[], $3::jsonb[]) AS k (register, value)
             JOIN register_revisions AS r ON r.bureau_id = $1 AND r.register = k.register AND r.fields @> k.value
             WHERE r.superseded_at IS NULL AND NOT r.withdrawn AND (r.register <> $4 OR r.record <> $5)
         ) AS found",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(registers)
    .bind::<Array<Jsonb>, _>(values)
    .bind::<Text, _>(register)
    .bind::<Text, _>(record)
    .get_result(&mut **tx)
    .await?;
    if scope.school().is_some() {
        enter(tx, scope).await?;
    }
    Ok(exists.found)
}
