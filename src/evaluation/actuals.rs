//! Actual values of targets, out of the figures.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::catalogue::{Catalogue, Catalogues, Period};
use crate::figures::{self, By, Figure, MAX_INDICATORS, Question};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Code, Result};

/// What is asked for a target: an indicator, in a part of its breakdown, below an organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ask {
    pub indicator: String,
    pub only: BTreeMap<String, String>,
    pub within: Option<String>,
}

/// What the figures say to each ask; none where they say nothing.
#[derive(Debug, Default)]
pub(super) struct Actuals(HashMap<Ask, Decimal>);

impl Actuals {
    pub(super) fn of(&self, ask: &Ask) -> Option<Decimal> {
        self.0.get(ask).copied()
    }
}

/// Asks once for all that is in the same part, so that many targets take few questions.
pub(super) async fn read(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    catalogue: &Catalogue,
    (period, moment): (Period, DateTime<Utc>),
    asks: BTreeSet<Ask>,
) -> Result<Actuals> {
    let mut parts: BTreeMap<(BTreeMap<String, String>, Option<String>), Vec<String>> = BTreeMap::new();
    for Ask { indicator, only, within } in asks {
        if catalogue.indicator(&indicator).is_some() {
            parts.entry((only, within)).or_default().push(indicator);
        }
    }
    let mut actuals = Actuals::default();
    for ((only, within), indicators) in parts {
        let question = Question {
            as_of: Some(moment),
            within: within.clone(),
            only: only.iter().map(|(key, option)| (By::from(key.as_str()), option.clone())).collect(),
            ..Question::new(Vec::new(), period)
        };
        let mut answered = Vec::new();
        for indicators in indicators.chunks(MAX_INDICATORS) {
            match ask(tx, catalogues, scope, &question, indicators).await? {
                Some(items) => answered.extend(items),
                // One of them cannot be asked for so any more; the others can.
                None => {
                    for indicator in indicators {
                        let alone = std::slice::from_ref(indicator);
                        answered.extend(ask(tx, catalogues, scope, &question, alone).await?.into_iter().flatten());
                    }
                }
            }
        }
        for Figure { indicator, value, .. } in answered {
            let ask = Ask { indicator, only: only.clone(), within: within.clone() };
            actuals.0.extend(value.map(|value| (ask, value)));
        }
    }
    Ok(actuals)
}

/// Some figures of the same part; none where any of them cannot be asked for.
async fn ask(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    question: &Question,
    indicators: &[String],
) -> Result<Option<Vec<Figure>>> {
    let question = Question { indicators: indicators.to_vec(), ..question.clone() };
    match figures::ask(tx, catalogues, scope, &question).await {
        Ok(answer) => Ok(Some(answer.items)),
        Err(error) if matches!(error.code(), Code::ValidationFailed | Code::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
