//! Several plans read in as few statements as one of them alone.

use chrono::{DateTime, Utc};

use super::ask::Reading;
use super::books::Books;
use super::expected::Expected;
use super::ledger::Ledger;
use super::plan::{Detail, Plan};
use super::queries::{self, CountRow, Tally};
use super::question::Basis;
use super::records::Counts;
use super::request::Request;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};

/// Reads what plans need, all on the basis of the first.
pub(super) async fn read<'a>(
    tx: &mut Tx,
    scope: &Scope,
    plans: Vec<(Plan<'a>, Expected)>,
    moment: DateTime<Utc>,
) -> Result<Vec<Reading<'a>>> {
    let basis = plans.first().map_or(Basis::Accepted, |(plan, _)| plan.question.basis);
    let mut found: Vec<Found> = plans.iter().map(|_| Found::default()).collect();

    let spans: Vec<usize> = plans.iter().map(|(plan, _)| plan.spans.len()).collect();
    let requests = plans.iter().map(|(plan, expected)| (plan.spans.len(), Request::tallies(plan, expected)));
    let request = Request::joined(requests.collect());
    if !request.is_empty() {
        for mut tally in queries::tallies(tx, scope, moment, basis, &request).await? {
            let (plan, own) = own_number(&spans, tally.span)?;
            tally.span = own;
            if let Some(found) = found.get_mut(plan) {
                found.tallies.push(tally);
            }
        }
    }

    let numbers: Vec<usize> = plans.iter().map(|(plan, _)| plan.counts().len()).collect();
    let counts = plans.iter().map(|(plan, expected)| (plan.counts().len(), Counts::of(plan, expected, Detail::Groups)));
    for part in Counts::joined(counts.collect()).into_iter().flat_map(Counts::in_parts) {
        for mut row in queries::counts(tx, scope, moment, &part).await? {
            let (plan, own) = own_number(&numbers, row.number)?;
            row.number = own;
            if let Some(found) = found.get_mut(plan) {
                found.counts.push(row);
            }
        }
    }

    let numbers: Vec<usize> = plans.iter().map(|(plan, _)| plan.bookings().len()).collect();
    let books = plans.iter().map(|(plan, expected)| (plan.bookings().len(), Books::of(plan, expected, Detail::Groups)));
    for book in Books::joined(books.collect()) {
        for mut row in queries::read_book(tx, scope, moment, &book).await? {
            let (plan, own) = own_number(&numbers, row.number)?;
            row.number = own;
            if let Some(found) = found.get_mut(plan) {
                found.lines.push(row);
            }
        }
    }

    let mut readings = Vec::with_capacity(plans.len());
    for ((plan, expected), Found { tallies, counts, lines }) in plans.into_iter().zip(found) {
        let mut ledger = Ledger::of(&plan, &expected, tallies)?;
        ledger.count((&plan, &expected), &plan.counts(), counts)?;
        ledger.count((&plan, &expected), &plan.bookings(), lines)?;
        readings.push(Reading { plan, expected, ledger });
    }
    Ok(readings)
}

/// What was read for a plan.
#[derive(Default)]
struct Found {
    tallies: Vec<Tally>,
    counts: Vec<CountRow>,
    lines: Vec<CountRow>,
}

/// Whose a number is, of plans of which each has so many, and which of its own.
fn own_number(of_plans: &[usize], number: i32) -> Result<(usize, i32)> {
    let mut own = usize::try_from(number).map_err(AppError::internal)?;
    for (plan, numbers) in of_plans.iter().enumerate() {
        if own < *numbers {
            return Ok((plan, i32::try_from(own).map_err(AppError::internal)?));
        }
        own -= numbers;
    }
    Err(AppError::internal("something was read that was not asked for"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_belongs_to_the_plan_in_whose_range_it_lies() {
        let found: Vec<_> = (0..6).map(|number| own_number(&[2, 0, 3], number).ok()).collect();
        assert_eq!(found, [Some((0, 0)), Some((0, 1)), Some((2, 0)), Some((2, 1)), Some((2, 2)), None]);
        assert!(own_number(&[2], -1).is_err());
    }
}
