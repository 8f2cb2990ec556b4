//! All cards that a filter means as a file that can be imported again.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;
use crate::assets::file::columns;
use crate::assets::model::{Filter, Revision, State};
use crate::assets::queries;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::export::{Format, PAGE, Pages, Table};
use crate::platform::workbook::Datum;

/// Cards on their way out.
struct Cards {
    app: Data<App>,
    scope: Scope,
    filter: Filter,
    after: Option<String>,
}

/// Sends the cards.
pub(super) async fn send(app: Data<App>, scope: Scope, filter: Filter, format: Format) -> Result<HttpResponse> {
    let read = async |tx: &mut Tx| app.catalogues.current(tx, &scope).await;
    let catalogue = app.db.read(&scope, read).await?;
    let table = Table { file_name: "assets", title: "资产卡片".to_owned(), columns: columns(&catalogue) };
    table.send(format, Cards { app, scope, filter, after: None }).await
}

impl Pages for Cards {
    async fn next(&mut self) -> Result<Vec<Vec<Datum>>> {
        let after = self.after.as_deref();
        let read = async |tx: &mut Tx| queries::list(tx, &self.scope, &self.filter, (after, PAGE)).await;
        let cards = self.app.db.read(&self.scope, read).await?;
        self.after = cards.last().map(|last| last.asset.clone()).or_else(|| self.after.take());
        Ok(cards.into_iter().map(row).collect())
    }
}

fn row(Revision { asset, card, .. }: Revision) -> Vec<Datum> {
    // Only what can be said of a card again.
    let state = Some(card.state).filter(|state| state.is_free()).map(State::name);
    vec![
        asset.into(),
        card.organisation.into(),
        card.name.into(),
        card.category.into(),
        card.value.into(),
        card.acquired_on.into(),
        card.funded_from.into(),
        card.place.into(),
        card.user_name.into(),
        state.into(),
        Datum::Empty,
    ]
}
