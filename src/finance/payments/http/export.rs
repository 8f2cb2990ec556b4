//! All payments that a filter means as a file that can be imported again.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::ListParams;
use crate::app::App;
use crate::finance::file::Input;
use crate::finance::payments::body::PaymentRow;
use crate::finance::payments::model::Payment;
use crate::finance::payments::queries::{self, Position};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::export::{Format, PAGE, Pages, Table};
use crate::platform::workbook::Datum;

/// Payments on their way out.
struct Payments {
    app: Data<App>,
    scope: Scope,
    params: ListParams,
    after: Option<Position>,
}

/// Sends the payments.
pub(super) async fn send(app: Data<App>, scope: Scope, params: ListParams, format: Format) -> Result<HttpResponse> {
    let read = async |tx: &mut Tx| app.catalogues.current(tx, &scope).await;
    let catalogue = app.db.read(&scope, read).await?;
    let table = Table { file_name: "payments", title: "支付".to_owned(), columns: PaymentRow::columns(&catalogue) };
    table.send(format, Payments { app, scope, params, after: None }).await
}

impl Pages for Payments {
    async fn next(&mut self) -> Result<Vec<Vec<Datum>>> {
        let (filter, after) = (self.params.filter(), self.after.as_ref());
        let read = async |tx: &mut Tx| queries::list(tx, &self.scope, &filter, (after, PAGE)).await;
        let found = self.app.db.read(&self.scope, read).await?;
        let last = found.last().map(|last| (last.year, last.paid_on, last.voucher.clone()));
        self.after = last.or_else(|| self.after.take());
        Ok(found.into_iter().map(row).collect())
    }
}

/// As it is said in a file: the amount of a reversal is above zero.
fn row(payment: Payment) -> Vec<Datum> {
    vec![
        payment.voucher.into(),
        payment.item.into(),
        payment.amount.abs().into(),
        payment.paid_on.into(),
        payment.type_code.into(),
        payment.payee.into(),
        payment.purpose.into(),
        payment.reverses.into(),
    ]
}
