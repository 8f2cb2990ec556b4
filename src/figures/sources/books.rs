//! The lines of books behind a figure.

use chrono::{DateTime, Utc};

use super::{After, Origin, Position, Source, named};
use crate::catalogue::document::{Book, ValueType};
use crate::figures::ask::Reading;
use crate::figures::books::Books;
use crate::figures::ledger::options;
use crate::figures::plan::Detail;
use crate::figures::queries::{self, LineRow};
use crate::figures::records::Numbered;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};

/// The lines, after a position.
pub(super) async fn lines(
    tx: &mut Tx,
    scope: &Scope,
    reading: &Reading<'_>,
    (as_of, position, limit): (DateTime<Utc>, Option<&Position>, i64),
) -> Result<Vec<Source>> {
    let numbered = reading.plan.bookings();
    let mut after = position.and_then(|position| key(&numbered, position));
    let books = Books::of(&reading.plan, &reading.expected, Detail::Cells);
    let number = |book: &Books<'_>, number: i32| usize::try_from(number).is_ok_and(|number| book.reads(number));
    // Those before the one in which the page before ended were shown.
    let begun = after.as_ref().and_then(|(last, ..)| books.iter().position(|book| number(book, *last)));
    let mut items = Vec::new();
    for book in books.iter().skip(begun.unwrap_or_default()) {
        let left = limit - i64::try_from(items.len()).map_err(AppError::internal)?;
        if left <= 0 {
            break;
        }
        let rows = queries::lines(tx, scope, as_of, book, (after.take(), left)).await?;
        for row in rows {
            items.push(source(reading, (&numbered, book.book), row)?);
        }
    }
    Ok(items)
}

type Key = (i32, String, String, String);

fn key(numbered: &[Numbered<'_>], position: &Position) -> Option<Key> {
    let After::Line { record, state, entry } = &position.after else { return None };
    let number = numbered.iter().position(|(code, _)| *code == position.indicator)?;
    Some((i32::try_from(number).ok()?, record.clone(), state.clone(), entry.clone().unwrap_or_default()))
}

fn source(reading: &Reading<'_>, (numbered, book): (&[Numbered<'_>], Book), row: LineRow) -> Result<Source> {
    let inconsistent = || AppError::internal("a line of something that was not asked for");
    let number = usize::try_from(row.number).map_err(AppError::internal)?;
    let (indicator, _) = numbered.get(number).ok_or_else(inconsistent)?;
    let booking = reading.plan.booked.get(indicator).ok_or_else(inconsistent)?;
    let contribution = row.value.map(|number| number.normalize());
    Ok(Source {
        indicator: (*indicator).to_owned(),
        origin: Origin::Line {
            book,
            record: row.record,
            state: row.state,
            entry: Some(row.entry).filter(|entry| !entry.is_empty()),
        },
        period: reading.plan.question.period,
        school: row.school.map(|code| named(reading, code)),
        dimensions: options(&row.dimensions)?,
        revision: row.revision,
        decided_by: row.recorded_by,
        since: row.recorded_at,
        value: contribution.filter(|_| booking.booked.measure.value_type() == ValueType::Amount),
        text: None,
        weight: None,
        contribution,
    })
}
