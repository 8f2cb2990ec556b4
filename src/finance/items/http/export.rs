//! All items that a filter means as a file that can be imported again.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::ListParams;
use crate::app::App;
use crate::finance::file::Input;
use crate::finance::items::body::ItemInput;
use crate::finance::items::queries::{self, Stored};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::export::{Format, PAGE, Pages, Table};
use crate::platform::workbook::Datum;

/// Items on their way out.
struct Items {
    app: Data<App>,
    scope: Scope,
    params: ListParams,
    after: Option<String>,
}

/// Sends the items.
pub(super) async fn send(app: Data<App>, scope: Scope, params: ListParams, format: Format) -> Result<HttpResponse> {
    let read = async |tx: &mut Tx| app.catalogues.current(tx, &scope).await;
    let catalogue = app.db.read(&scope, read).await?;
    let table =
        Table { file_name: "budget-items", title: "预算指标".to_owned(), columns: ItemInput::columns(&catalogue) };
    table.send(format, Items { app, scope, params, after: None }).await
}

impl Pages for Items {
    async fn next(&mut self) -> Result<Vec<Vec<Datum>>> {
        let (filter, after) = (self.params.filter(), self.after.as_deref());
        let read = async |tx: &mut Tx| {
            let found = queries::list(tx, &self.scope, &filter, (after, PAGE)).await?;
            let codes: Vec<&str> = found.iter().map(|stored| stored.item.code.as_str()).collect();
            let documents = queries::documents(tx, &self.scope, &codes).await?;
            Ok((found, documents))
        };
        let (found, mut documents) = self.app.db.read(&self.scope, read).await?;
        self.after = found.last().map(|last| last.item.code.clone()).or_else(|| self.after.take());
        let row = |stored: Stored| {
            let document = documents.remove(&stored.item.code);
            row(stored, document)
        };
        Ok(found.into_iter().map(row).collect())
    }
}

/// What was entered, and nothing of what became of it.
fn row(Stored { item, .. }: Stored, document: Option<String>) -> Vec<Datum> {
    let codes = item.codes;
    vec![
        item.code.into(),
        item.year.into(),
        item.organisation.into(),
        item.project.into(),
        item.name.into(),
        codes.division.into(),
        codes.agency.into(),
        codes.function.into(),
        codes.economic.into(),
        codes.government_economic.into(),
        codes.fund.into(),
        codes.source.into(),
        codes.is_procurement.into(),
        item.is_lump.into(),
        item.totals.original.into(),
        document.into(),
    ]
}
