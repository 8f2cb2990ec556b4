//! How payments are posted: one by one, or by a file, and always in the same way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;
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
use crate::platform::errand::Progress;
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
    let mut desk = open(tx, scope, catalogue, &[posting]).await?;
    let is_new = desk.post(posting)?;
    write(tx, scope, &desk, (&Progress::default(), 1)).await?;
    let payment = desk.payments.remove(&posting.voucher);
    let mut payment = *payment.ok_or_else(|| AppError::internal("a posting without a payment"))?;
    if is_new {
        payment.recorded = Some((scope.actor().to_owned(), tx.now()));
    }
    Ok(Posted { payment, is_new })
}

/// Posts the rows of a file, one after the other, in a few statements for thousands of them. A row that is refused leaves no
/// trace.
pub(super) async fn import(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    rows: &[Row<Posting>],
    progress: &Progress,
) -> Result<Outcome> {
    let readable: Vec<&Posting> = rows.iter().filter_map(|row| row.content.as_ref().ok()).collect();
    let mut desk = open(tx, scope, catalogue, &readable).await?;
    drop(readable);
    let mut outcome = Outcome::default();
    for (index, row) in rows.iter().enumerate() {
        let posted = match &row.content {
            Ok(posting) => desk.post(posting).map_err(of_row),
            Err(violations) => Err(violations.clone()),
        };
        match posted {
            Ok(true) => outcome.created += 1,
            Ok(false) => outcome.unchanged += 1,
            Err(violations) => outcome.rejected.push(Rejected { index, place: row.place.clone(), violations }),
        }
    }
    write(tx, scope, &desk, (progress, rows.len())).await?;
    Ok(outcome)
}

/// What is wrong with a row: what a single request would have been answered.
fn of_row(refusal: AppError) -> Vec<Violation> {
    if refusal.violations().is_empty() { as_violations(refusal) } else { refusal.violations().to_vec() }
}

/// Whatever postings are about, their items locked.
async fn open<'c>(tx: &mut Tx, scope: &Scope, catalogue: &'c Catalogue, postings: &[&Posting]) -> Result<Desk<'c>> {
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
    let mut payments = HashMap::with_capacity(postings.len());
    payments.extend(known.into_iter().map(|payment| (payment.voucher.clone(), Box::new(payment))));
    Ok(Desk { catalogue, today: local_date(tx.now()), accounts, payments })
}

/// Writes what was posted at a desk by so many rows, and the journal of it.
async fn write(tx: &mut Tx, scope: &Scope, desk: &Desk<'_>, (progress, of): (&Progress, usize)) -> Result<()> {
    let mut new: Vec<&Payment> =
        desk.payments.values().map(AsRef::as_ref).filter(|payment| payment.recorded.is_none()).collect();
    if new.is_empty() {
        return Ok(());
    }
    // Of two files that have the same new vouchers, one waits for the other and not each for the other. What is reversed is
    // written before its reversals.
    new.sort_by_key(|payment| (payment.reverses.is_some(), &payment.voucher));
    recording_time(tx, scope, Strand::Submissions).await?;
    // The last of them charges the items: the more often one was charged, the longer takes the next.
    let mut charges: BTreeMap<&str, Decimal> = BTreeMap::new();
    for payment in &new {
        *charges.entry(&payment.item).or_default() += payment.amount;
    }
    let charges: Vec<(&str, Decimal)> = charges.into_iter().collect();
    let mut written = 0;
    let write_part = async |part: &[&Payment]| {
        written += part.len();
        let charges = if written < new.len() { &[][..] } else { &charges };
        queries::insert(tx, scope, part, charges).await.map_err(by_constraint)?;
        journal::record(tx, scope, part.iter().copied().map(entry)).await
    };
    progress.write_in_parts(&new, of, write_part).await?;
    let reversals: Vec<&Payment> = new.iter().copied().filter(|payment| payment.reverses.is_some()).collect();
    if !reversals.is_empty() {
        queries::note_reversals(tx, scope, &reversals).await.map_err(by_constraint)?;
    }
    Ok(())
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
