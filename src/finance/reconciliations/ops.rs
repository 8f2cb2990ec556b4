//! How our books are compared with those of the finance system.

use serde_json::json;
use uuid::Uuid;

use super::body::Book;
use super::model::compare;
use super::queries::{self, Row};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::journal::{self, Entry};

/// Compares a book with ours as it is now, and keeps what was found.
pub(super) async fn reconcile(tx: &mut Tx, scope: &Scope, book: &Book) -> Result<Row> {
    let here = queries::totals(tx, scope, book.year, book.until).await?;
    let found = compare(&here, &book.totals);
    let row = Row {
        id: Uuid::now_v7(),
        year: book.year,
        until: book.until,
        items: i32::try_from(book.totals.len()).map_err(AppError::internal)?,
        differences: serde_json::to_value(&found).map_err(AppError::internal)?,
        recorded_by: scope.actor().to_owned(),
        recorded_at: tx.now(),
    };
    queries::insert(tx, scope, &row).await?;
    let entry = Entry {
        action: "reconciliation.create",
        subject_type: "reconciliation",
        subject: row.id.to_string(),
        school: None,
        before: None,
        after: Some(json!({
            "year": row.year, "until": row.until, "items": row.items, "different": found.different.len(),
            "only_here": found.only_here.len(), "only_there": found.only_there.len(),
        })),
    };
    journal::record(tx, scope, vec![entry]).await?;
    Ok(row)
}
