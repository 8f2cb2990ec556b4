//! All organisations that a filter means as a file that can be imported again.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::ListParams;
use crate::app::App;
use crate::organisations::file::columns;
use crate::organisations::model::{Definition, Organisation};
use crate::organisations::queries::{self, Filter};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::export::{Format, PAGE, Pages, Table};
use crate::platform::workbook::Datum;

/// Organisations on their way out.
struct Organisations {
    app: Data<App>,
    scope: Scope,
    params: ListParams,
    after: Option<String>,
}

/// Sends the organisations.
pub(super) async fn send(app: Data<App>, scope: Scope, params: ListParams, format: Format) -> Result<HttpResponse> {
    let table = Table { file_name: "organisations", title: "单位".to_owned(), columns: columns() };
    table.send(format, Organisations { app, scope, params, after: None }).await
}

impl Pages for Organisations {
    async fn next(&mut self) -> Result<Vec<Vec<Datum>>> {
        let filter = Filter { after: self.after.as_deref(), limit: Some(PAGE), ..self.params.filter() };
        let read = async |tx: &mut Tx| queries::select(tx, &self.scope, &filter).await;
        let found = self.app.db.read(&self.scope, read).await?;
        self.after = found.last().map(|last| last.definition.code.clone()).or_else(|| self.after.take());
        Ok(found.into_iter().map(row).collect())
    }
}

fn row(Organisation { definition, .. }: Organisation) -> Vec<Datum> {
    let Definition { code, kind, name, stage, township, parent, opened_on, closed_on } = definition;
    let stage = stage.map(|stage| stage.code());
    vec![
        code.into(),
        name.into(),
        kind.code().into(),
        stage.into(),
        township.into(),
        parent.into(),
        opened_on.into(),
        closed_on.into(),
    ]
}
