//! Many single figures at once, for what weighs targets.

use chrono::{DateTime, Utc};

use super::answer::Figure;
use super::ask::ask;
use super::question::{By, Question};
use crate::catalogue::{Catalogues, Period};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Code, Result};

/// One figure that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Code of the indicator.
    pub indicator: String,
    /// The period.
    pub period: Period,
    /// Only schools that are this organisation, or stand below it.
    pub within: Option<String>,
    /// Only what lies in this part of a breakdown.
    pub only: Vec<(By, String)>,
}

/// The figures asked for, in the order asked, all as of one moment; none where what is asked is not there: an indicator, a
/// dimension of it or an organisation. The group of a figure is what was asked for with `only`.
///
/// # Errors
/// Where the moment lies in the future, or the database refuses.
pub async fn values(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    asks: &[Ask],
    as_of: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, Vec<Option<Figure>>)> {
    let mut moment = as_of.unwrap_or_else(|| tx.now());
    let mut figures = Vec::new();
    for Ask { indicator, period, within, only } in asks {
        let as_of = as_of.or_else(|| (!figures.is_empty()).then_some(moment));
        let question = Question {
            within: within.clone(),
            only: only.clone(),
            as_of,
            ..Question::new(vec![indicator.clone()], *period)
        };
        figures.push(match ask(tx, catalogues, scope, &question).await {
            Ok(mut answer) => {
                moment = answer.as_of;
                answer.items.pop()
            }
            Err(error) if matches!(error.code(), Code::ValidationFailed | Code::NotFound) => None,
            Err(error) => return Err(error),
        });
    }
    Ok((moment, figures))
}
