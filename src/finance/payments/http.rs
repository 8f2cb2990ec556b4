//! Payments over HTTP: posted, reversed, imported, listed, read.

mod export;

use actix_web::web::{Data, Path};
use actix_web::{Either, HttpResponse, get, post};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{PaymentBody, PaymentInput, PaymentRow, ReversalInput};
use super::model::Posting;
use super::ops;
use super::queries::{self, Position};
use crate::app::App;
use crate::finance::file::{self, Input, MAX_FILE};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{ActionErrors, Binary, IdempotencyKey, ImportErrors, ListErrors, ReadErrors};
use crate::platform::bulk::ImportReport;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::export::Format;
use crate::platform::extract::{Command, Params};
use crate::platform::import::{Import, ImportParams};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// Which payments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this fiscal year.
    #[param(example = 2022)]
    year: Option<i32>,
    /// Only those from this budget item.
    #[param(example = "2022-3001")]
    item: Option<String>,
    /// Only those of this organisation.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only those for this project.
    #[param(example = "green_schools")]
    project: Option<String>,
    /// Only those of this day or later.
    #[param(example = "2022-05-01")]
    from: Option<NaiveDate>,
    /// Only those of this day or before.
    #[param(example = "2022-05-31")]
    to: Option<NaiveDate>,
    /// Items on a page, at most 1000; of a file there are no pages.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    fn filter(&self) -> queries::Filter<'_> {
        queries::Filter {
            year: self.year,
            item: self.item.as_deref(),
            organisation: self.organisation.as_deref(),
            project: self.project.as_deref(),
            from: self.from,
            to: self.to,
        }
    }
}

/// List payments
///
/// With their reversals, by day and voucher number; or, on `Accept: text/csv` or that of a workbook (XLSX), all of them as a
/// file that can be imported again. A caller of a school sees that school's.
#[utoipa::path(tag = "finance", params(ListParams),
    responses((status = 200, description = "A page of payments, or all of them as a file", content(
        (Page<PaymentBody> = "application/json"), (String = "text/csv"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/payments")]
pub(in crate::finance) async fn list_payments(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
    accept: Accept,
) -> Result<Either<Reply, HttpResponse>> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let offered = ["application/json", Format::Csv.media_type(), Format::Xlsx.media_type()];
    if let Some(format) = Format::of(accept.choose(&offered)?) {
        return export::send(app, scope, params, format).await.map(Either::Right);
    }
    let limit = page::limit(params.limit)?;
    let ListParams { year, item, organisation, project, from, to, .. } = &params;
    let bound_to = ("payments", year, item, organisation, project, from, to);
    let after: Option<Position> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = params.filter();
    let rows = (after.as_ref(), limit + 1);
    let found = app.db.read(&scope, async |tx| queries::list(tx, &scope, &filter, rows).await).await?;
    let items: Vec<PaymentBody> = found.into_iter().map(|payment| PaymentBody::of(payment, &caller)).collect();
    Reply::ok(&Page::of(items, limit, &bound_to, |item| (item.year, item.paid_on, item.voucher.clone()))?)
        .map(Either::Left)
}

/// Read a payment
///
/// Or a reversal, by its voucher number.
#[utoipa::path(tag = "finance",
    params(("voucher" = String, Path, description = "Voucher number", example = "ZF2022000871")),
    responses((status = 200, description = "The payment", body = PaymentBody), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/payments/{voucher}")]
pub(in crate::finance) async fn get_payment(app: Data<App>, caller: Caller, voucher: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let found = app.db.read(&scope, async |tx| queries::find(tx, &scope, &[&voucher]).await).await?.pop();
    Reply::ok(&PaymentBody::of(found.ok_or_else(|| ops::no_payment(&voucher))?, &caller))
}

async fn post_one(app: &App, tx: &mut Tx, scope: &Scope, caller: &Caller, posting: &Posting) -> Result<Reply> {
    let catalogue = app.catalogues.current(tx, scope).await?;
    let posted = ops::post(tx, scope, &catalogue, posting).await?;
    let body = PaymentBody::of(posted.payment, caller);
    if posted.is_new {
        Reply::created(format!("/v1/finance/payments/{}", body.voucher), &body)
    } else {
        Reply::ok(&body)
    }
}

/// Post a payment
///
/// The voucher number makes it idempotent: the same payment again changes nothing and is answered 200; the same number
/// with other content is a conflict that says what differs. A payment beyond what the item has available is refused with
/// the item, what is available, and the excess.
#[utoipa::path(tag = "finance", params(IdempotencyKey),
    request_body(content = PaymentInput, example = json!({"voucher": "ZF2022000871", "item": "2022-3001",
        "amount": 35_800.5, "paid_on": "2022-05-18", "payment_type": "treasury", "purpose": "办公设备购置款"})),
    responses((status = 201, description = "Posted", body = PaymentBody,
            headers(("Location" = String, description = "Where it is"))),
        (status = 200, description = "It was posted before", body = PaymentBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/payments")]
pub(in crate::finance) async fn post_payment(
    app: Data<App>,
    caller: Caller,
    command: Command<PaymentInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::PostPayments)?;
    let posting = command.body.into_posting()?;
    let work = async |tx: &mut Tx| post_one(&app, tx, &scope, &caller, &posting).await;
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Reverse a payment
///
/// Takes back all of it or a part (红冲), under a voucher number of its own that makes it idempotent; never more than is
/// left of the payment. Corrections are made so: what was posted is not changed.
#[utoipa::path(tag = "finance",
    params(("voucher" = String, Path, description = "Voucher number of the payment", example = "ZF2022000871"),
        IdempotencyKey),
    request_body(content = ReversalInput, example = json!({"voucher": "HC2022000012", "amount": 800.5,
        "paid_on": "2022-06-02", "reason": "退回多付货款"})),
    responses((status = 201, description = "Posted", body = PaymentBody,
            headers(("Location" = String, description = "Where it is"))),
        (status = 200, description = "It was posted before", body = PaymentBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/payments/{voucher}/reversals")]
pub(in crate::finance) async fn reverse_payment(
    app: Data<App>,
    caller: Caller,
    voucher: Path<String>,
    command: Command<ReversalInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::PostPayments)?;
    let posting = command.body.into_posting(voucher.clone())?;
    let work = async |tx: &mut Tx| {
        if queries::find(tx, &scope, &[&voucher]).await?.is_empty() {
            return Err(ops::no_payment(&voucher));
        }
        post_one(&app, tx, &scope, &caller, &posting).await
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Import payments
///
/// Posts up to 100,000 payments and reversals (32 MB) in one transaction, one after the other in the order of the file: one
/// a line as NDJSON, or a table as CSV or a workbook (XLSX) with the fields as columns. A row with `reverses` is a
/// reversal. What was posted before is unchanged, so that the same file can be sent again. Where a row violates rules or
/// exceeds what is available then, an atomic import is refused with 422 and pointers `/ROW/FIELD`; otherwise the other
/// rows are posted. A workbook that is refused comes back with `Accept` of its type: its wrong cells marked, and all of
/// them listed on a sheet 问题.
#[utoipa::path(tag = "finance", params(ImportParams, IdempotencyKey),
    request_body(content(
        (String = "application/x-ndjson", example = "{\"voucher\":\"ZF2022000871\",\"item\":\"2022-3001\",\"amount\":35800.50,\"paid_on\":\"2022-05-18\",\"payment_type\":\"treasury\"}\n"),
        (String = "text/csv", example = "voucher,item,amount,paid_on,payment_type,payee,purpose,reverses\nZF2022000871,2022-3001,35800.50,2022-05-18,treasury,,办公设备购置款,\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ImportErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/payments/import")]
pub(in crate::finance) async fn import_payments(
    app: Data<App>,
    caller: Caller,
    import: Import<MAX_FILE>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::PostPayments)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let enter = async |tx: &mut Tx, rows: &[_], progress: &_| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        ops::import(tx, &scope, &catalogue, rows, progress).await
    };
    import.run(&app.db, &scope, PaymentRow::columns(&catalogue), file::row::<PaymentRow>, enter).await
}
