//! All cards that a filter means as a file that can be imported again: streamed, page by page.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use futures_util::stream;

use crate::app::App;
use crate::assets::file::COLUMNS;
use crate::assets::model::{Filter, Revision, State};
use crate::assets::queries;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::rows;

pub(super) const CSV: &str = "text/csv";

/// Cards in one statement; memory does not grow with the file.
const PAGE: i64 = 1_000;

/// A file on its way out.
struct File {
    app: Data<App>,
    scope: Scope,
    filter: Filter,
    after: Option<String>,
}

/// Begins to send the cards.
pub(super) fn stream(app: Data<App>, scope: Scope, filter: Filter) -> HttpResponse {
    let file = File { app, scope, filter, after: None };
    let parts = stream::try_unfold(Some(file), async |file| match file {
        None => Ok::<_, AppError>(None),
        Some(mut file) => {
            let (part, ended) = file.next_part().await?;
            Ok(Some((part, (!ended).then_some(file))))
        }
    });
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").streaming(parts)
}

impl File {
    /// The next part, and whether it is the last.
    async fn next_part(&mut self) -> Result<(Bytes, bool)> {
        let after = self.after.as_deref();
        let read = async |tx: &mut Tx| queries::list(tx, &self.scope, &self.filter, (after, PAGE)).await;
        let cards = self.app.db.read(&self.scope, read).await?;
        let ended = i64::try_from(cards.len()).is_ok_and(|count| count < PAGE);
        let part = table(&cards, self.after.is_none())?;
        self.after = cards.last().map(|last| last.asset.clone());
        Ok((part.into(), ended))
    }
}

fn table(cards: &[Revision], with_header: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if with_header {
        writer.write_record(COLUMNS).map_err(AppError::internal)?;
    }
    for Revision { asset, card, .. } in cards {
        // Only what can be said of a card again.
        let state = Some(card.state).filter(|state| state.is_free()).map(State::name).unwrap_or_default();
        let value = card.value.to_string();
        let acquired_on = card.acquired_on.to_string();
        let texts = [
            asset.as_str(),
            &card.organisation,
            &card.name,
            &card.category,
            &value,
            &acquired_on,
            card.funded_from.as_deref().unwrap_or_default(),
            card.place.as_deref().unwrap_or_default(),
            card.user_name.as_deref().unwrap_or_default(),
            state,
            "",
        ];
        writer.write_record(texts.map(rows::escaped)).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
}
