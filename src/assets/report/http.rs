//! The yearly report over HTTP.

use std::collections::HashMap;

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{By, ReportBody, RowBody};
use super::queries::{self, Question, Row};
use crate::app::App;
use crate::assets::{ops, queries as card_queries};
use crate::catalogue::Catalogue;
use crate::catalogue::document::{AssetPolicy, Choice, Text};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::StateErrors;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::Params;
use crate::platform::history::{Strand, settled_time};
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::say;

/// Which report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ReportParams {
    /// The year.
    #[param(example = 2022, minimum = 1950, maximum = 2200)]
    year: i32,
    /// By what it has rows.
    #[serde(default)]
    #[param(inline)]
    by: By,
    /// As it was known at this moment; now where absent.
    #[param(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
}

impl ReportParams {
    /// The first and the last day of the year.
    fn days(&self) -> Result<(NaiveDate, NaiveDate)> {
        let year = Some(self.year).filter(|year| (1950..=2200).contains(year));
        let day = |month, day| year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        day(1, 1).zip(day(12, 31)).ok_or_else(|| {
            let message = say!("年份应在 1950 至 2200 之间", "The year must be between 1950 and 2200");
            AppError::parameter("year", ViolationCode::OutOfRange, message)
        })
    }
}

/// Report the assets of a year
///
/// What was held at its beginning, acquired, written off, and held at its end, by number, cost and depreciation; it
/// reconciles in each row and in the total. Lives are those of the policy of the year's last day. A caller of a school sees
/// that school's.
#[utoipa::path(tag = "assets", params(ReportParams),
    responses((status = 200, description = "The report", body = ReportBody), StateErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/report")]
pub(in crate::assets) async fn get_asset_report(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ReportParams>,
    language: Language,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let (first, last) = params.days()?;
    let read = async |tx: &mut Tx| {
        let now = settled_time(tx, &scope, Strand::Decisions).await?;
        let as_of = params.as_of.map_or(now, |asked| asked.min(now));
        let catalogue = app.catalogues.as_of(tx, &scope, as_of).await?;
        let policy = ops::policy(&catalogue, last)?;
        let by_category = params.by == By::Category;
        let question = Question { first, last, lives: &policy.assets.lives, by_category, as_of };
        let mut rows = queries::report(tx, &scope, &question).await?;
        let total = rows.pop_if(|row| row.is_total).ok_or_else(|| AppError::internal("a report has no total"))?;
        let names = match params.by {
            By::Organisation => organisations(tx, &scope, &rows).await?,
            By::Category => categories(&catalogue, &policy.assets, language),
        };
        let row = |row: Row| {
            let name = row.key.as_ref().and_then(|key| names.get(key)).cloned();
            RowBody::of(row, name)
        };
        Reply::ok(&ReportBody {
            year: params.year,
            by: params.by,
            as_of,
            policy: policy.code.clone(),
            items: rows.into_iter().map(row).collect(),
            total: RowBody::of(total, None),
        })
    };
    app.db.read(&scope, read).await
}

async fn organisations(tx: &mut Tx, scope: &Scope, rows: &[Row]) -> Result<HashMap<String, String>> {
    let codes: Vec<&str> = rows.iter().filter_map(|row| row.key.as_deref()).collect();
    card_queries::names(tx, scope, &codes).await
}

fn categories(catalogue: &Catalogue, policy: &AssetPolicy, language: Language) -> HashMap<String, String> {
    let options = ops::categories(catalogue, policy).unwrap_or_default();
    let named = |option: &Choice| {
        let Text { zh, en } = &option.name;
        let english = en.as_ref().filter(|_| language == Language::English);
        (option.code.clone(), english.unwrap_or(zh).clone())
    };
    options.iter().map(named).collect()
}
