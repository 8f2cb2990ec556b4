//! How payments are posted: one by one, or by a file, and always in the same way.

use std::collections::BTreeSet;

use serde_json::json;

use super::model::{Desk, Payment, Posted, Posting};
use super::queries;
use crate::catalogue::Catalogue;
use crate::finance::balance::by_constraint;
use crate::finance::file::Row;
use crate::finance::money::Yuan;
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected, as_violations};
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, Violation};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// 404: no such payment, or none that the caller sees.
pub(super) fn no_payment(voucher: &str) -> AppError {
    AppError::not_found(say!("没有凭证号为“{voucher}”的支付", "There is no payment with the voucher “{voucher}”"))
}

/// Posts one payment or reversal.
pub(super) async fn post(tx: &mut Tx, scope: &Scope, catalogue: &Catalogue, posting: &Posting) -> Result<Posted> {
    let posted = post_all(tx, scope, catalogue, &[posting]).await?.pop();
    let mut posted = posted.ok_or_else(|| AppError::internal("a posting without an outcome"))??;
    if posted.is_new {
        posted.payment.recorded = Some((scope.actor().to_owned(), tx.now()));
    }
    Ok(posted)
}

/// Posts the rows of a file, one after the other, in a handful of statements whatever their number. A row that is refused
/// leaves no trace.
pub(super) async fn import(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    rows: &[Row<Posting>],
) -> Result<Outcome> {
    let readable: Vec<&Posting> = rows.iter().filter_map(|row| row.content.as_ref().ok()).collect();
    let mut verdicts = post_all(tx, scope, catalogue, &readable).await?.into_iter();
    let mut outcome = Outcome::default();
    for (index, row) in rows.iter().enumerate() {
        let violations = match &row.content {
            Err(violations) => violations.clone(),
            Ok(_) => match verdicts.next() {
                Some(Err(refusal)) => of_row(refusal),
                Some(Ok(posted)) => {
                    *(if posted.is_new { &mut outcome.created } else { &mut outcome.unchanged }) += 1;
                    continue;
                }
                None => continue,
            },
        };
        outcome.rejected.push(Rejected { index, place: row.place.clone(), violations });
    }
    Ok(outcome)
}

/// What is wrong with a row: what a single request would have been answered.
fn of_row(refusal: AppError) -> Vec<Violation> {
    if refusal.violations().is_empty() { as_violations(refusal) } else { refusal.violations().to_vec() }
}

async fn post_all(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    postings: &[&Posting],
) -> Result<Vec<Result<Posted>>> {
    let reversed: BTreeSet<&str> = postings.iter().filter_map(|posting| posting.reverses()).collect();
    let reversed: Vec<&str> = reversed.into_iter().collect();
    // Only where they lie: what is left of them is read again under the locks of their items.
    let originals = if reversed.is_empty() { Vec::new() } else { queries::find(tx, scope, &reversed).await? };
    let items: BTreeSet<&str> = postings
        .iter()
        .filter_map(|posting| posting.item())
        .chain(originals.iter().map(|original| original.item.as_str()))
        .collect();
    let accounts = queries::lock(tx, scope, &items.into_iter().collect::<Vec<_>>()).await?;
    let vouchers = postings.iter().map(|posting| posting.voucher.as_str());
    let vouchers: BTreeSet<&str> = vouchers.chain(reversed.iter().copied()).collect();
    let known = queries::find(tx, scope, &vouchers.into_iter().collect::<Vec<_>>()).await?;
    let mut desk = Desk {
        catalogue,
        today: local_date(tx.now()),
        accounts,
        payments: known.into_iter().map(|payment| (payment.voucher.clone(), payment)).collect(),
    };
    let verdicts: Vec<Result<Posted>> = postings.iter().map(|posting| desk.post(posting)).collect();
    let new = verdicts.iter().flatten().filter(|posted| posted.is_new).map(|posted| &posted.payment);
    let mut new: Vec<&Payment> = new.collect();
    // Of two files that have the same new vouchers, one waits for the other and not each for the other.
    new.sort_by(|a, b| a.voucher.cmp(&b.voucher));
    write(tx, scope, &new).await?;
    Ok(verdicts)
}

async fn write(tx: &mut Tx, scope: &Scope, new: &[&Payment]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    recording_time(tx, scope, Strand::Submissions).await?;
    queries::insert(tx, scope, new).await.map_err(by_constraint)?;
    let reversals: Vec<&Payment> = new.iter().copied().filter(|payment| payment.reverses.is_some()).collect();
    if !reversals.is_empty() {
        queries::note_reversals(tx, scope, &reversals).await.map_err(by_constraint)?;
    }
    journal::record(tx, scope, new.iter().map(|payment| entry(payment)).collect()).await
}

fn entry(payment: &Payment) -> Entry<'_> {
    Entry {
        action: if payment.reverses.is_some() { "payment.reverse" } else { "payment.post" },
        subject_type: "payment",
        subject: payment.voucher.clone(),
        school: payment.school.as_deref(),
        before: None,
        after: Some(json!({
            "item": payment.item, "amount": Yuan(payment.amount), "paid_on": payment.paid_on,
            "payment_type": payment.type_code, "payee": payment.payee, "purpose": payment.purpose,
            "reverses": payment.reverses,
        })),
    }
}
