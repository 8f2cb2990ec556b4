//! How the execution of a year is told.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use rust_decimal::Decimal;

use super::answer::{By, Execution};
use super::queries::{self, Question};
use crate::catalogue::Catalogues;
use crate::finance::balance::outside_year;
use crate::finance::classification::Tables;
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::history::{Strand, settled_time};
use crate::say;

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub year: i32,
    pub until: Option<NaiveDate>,
    pub by: By,
    pub organisation: Option<String>,
    pub project: Option<String>,
    pub as_of: Option<DateTime<Utc>>,
}

/// Execution, read as of one moment.
#[derive(Debug)]
pub(super) struct Answer {
    pub as_of: DateTime<Utc>,
    pub until: NaiveDate,
    /// In which nothing at all was posted.
    pub months_not_in: Vec<i32>,
    pub rows: Vec<Execution>,
    pub total: Execution,
}

/// Tells the execution of a year, in a handful of statements.
pub(super) async fn execution(tx: &mut Tx, scope: &Scope, catalogues: &Catalogues, asked: &Asked) -> Result<Answer> {
    let as_of = moment(tx, scope, asked.as_of).await?;
    let until = until(asked, local_date(tx.now()))?;
    let question = Question {
        year: asked.year,
        until,
        as_of,
        organisation: asked.organisation.as_deref(),
        project: asked.project.as_deref(),
    };
    let posted: BTreeSet<i32> = queries::posted_months(tx, scope, &question).await?.into_iter().collect();
    let mut groups = queries::groups(tx, scope, &question, asked.by.name()).await?;
    let total = groups.pop().filter(|group| group.is_total);
    let total = total.ok_or_else(|| AppError::internal("execution without a total"))?;
    let total = Execution { key: None, name: None, ..Execution::of(total, !posted.is_empty()) };
    let rows = if asked.by == By::Month {
        let months = queries::months(tx, scope, &question).await?;
        let mut spent = Decimal::ZERO;
        let of_month = |month: &queries::MonthSums| {
            spent += month.executed.unwrap_or_default();
            let is_in = posted.contains(&month.month);
            Execution::of_month(month, asked.year, &total, spent, is_in)
        };
        months.iter().map(of_month).collect()
    } else {
        let catalogue = catalogues.as_of(tx, scope, as_of).await?;
        let tables = Tables::of(&catalogue, asked.year);
        let named = |mut row: Execution| {
            if let (Some(tables), Some(key)) = (&tables, &row.key) {
                let name = tables.name(table(tables, asked.by), key).map(str::to_owned);
                row.name = row.name.or(name);
            }
            row
        };
        groups.into_iter().map(|group| named(Execution::of(group, !posted.is_empty()))).collect()
    };
    let months_not_in = (1..=question.month()?).filter(|month| !posted.contains(month)).collect();
    Ok(Answer { as_of, until, months_not_in, rows, total })
}

/// The table in which the names of a breakdown stand.
fn table<'a>(tables: &Tables<'a>, by: By) -> Option<&'a String> {
    match by {
        By::Function => tables.policy.function.as_ref(),
        By::Economic => tables.policy.economic.as_ref(),
        By::GovernmentEconomic => tables.policy.government_economic.as_ref(),
        By::Fund => tables.policy.fund.as_ref(),
        By::Source => tables.policy.source.as_ref(),
        By::Organisation | By::Project | By::Month => None,
    }
}

/// The last day that counts: today, or the end of a year that has passed.
fn until(asked: &Asked, today: NaiveDate) -> Result<NaiveDate> {
    if !(2000..=2100).contains(&asked.year) {
        let message = say!("年度应在 2000 至 2100 之间", "The year must be between 2000 and 2100");
        return Err(AppError::parameter("year", ViolationCode::OutOfRange, message));
    }
    if let Some(until) = asked.until {
        return match outside_year("?until", until, asked.year) {
            None => Ok(until),
            Some(violation) => Err(AppError::invalid(vec![violation])),
        };
    }
    let (month, day) = if today.year() == asked.year { (today.month(), today.day()) } else { (12, 31) };
    NaiveDate::from_ymd_opt(asked.year, month, day).ok_or_else(|| AppError::internal("a year without that day"))
}

/// The moment as of which is answered: now, or the one asked for. Nothing recorded before it is still waiting for its
/// commit.
async fn moment(tx: &mut Tx, scope: &Scope, as_of: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    settled_time(tx, scope, Strand::Decisions).await?;
    let settled = settled_time(tx, scope, Strand::Submissions).await?;
    match as_of {
        None => Ok(settled),
        // The database keeps microseconds.
        Some(as_of) if as_of <= settled => Ok(as_of.trunc_subsecs(6)),
        Some(_) => Err(AppError::violation(
            "?as_of",
            ViolationCode::OutOfRange,
            say!("as_of 不得晚于现在", "as_of must not be in the future"),
        )),
    }
}
