//! What targets came to: the figures of their indicators.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::model::Target;
use crate::catalogue::{Catalogues, Period};
use crate::figures::{self, By, MAX_INDICATORS, Question};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};

/// What figures are read for, apart from the indicator: a part of it, and an organisation.
type Part<'a> = (Option<&'a str>, Vec<(&'a str, &'a str)>);

fn part(target: &Target) -> Part<'_> {
    let options = target.r#where.iter().map(|(dimension, option)| (dimension.as_str(), option.as_str()));
    (target.within.as_deref(), options.collect())
}

/// Actual values of targets, read as of one moment.
pub(super) struct Actuals<'a> {
    pub as_of: DateTime<Utc>,
    values: HashMap<(Part<'a>, &'a str), Decimal>,
}

impl Actuals<'_> {
    /// What a target came to; none where nothing was reported, or it has no figure.
    pub(super) fn of(&self, target: &Target) -> Option<Decimal> {
        let indicator = target.indicator.as_deref()?;
        self.values.get(&(part(target), indicator)).copied()
    }
}

/// Asks for the figures of a year, with as few questions as the targets have parts. What cannot be asked any more, for
/// example an indicator that is gone, has no value.
pub(super) async fn actuals<'a>(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    year: Period,
    targets: impl Iterator<Item = &'a Target>,
) -> Result<Actuals<'a>> {
    let mut wanted: HashMap<Part<'a>, Vec<&'a str>> = HashMap::new();
    for target in targets {
        let Some(indicator) = &target.indicator else { continue };
        let indicators = wanted.entry(part(target)).or_default();
        if !indicators.contains(&indicator.as_str()) {
            indicators.push(indicator);
        }
    }
    let mut actuals = Actuals { as_of: tx.now(), values: HashMap::new() };
    for (part, indicators) in wanted {
        for some in indicators.chunks(MAX_INDICATORS) {
            let found = match ask(tx, catalogues, scope, year, &part, some).await {
                Ok(found) => found,
                Err(error) if is_refusal(&error) => {
                    let mut found = Vec::new();
                    for one in some {
                        match ask(tx, catalogues, scope, year, &part, &[*one]).await {
                            Ok(one) => found.extend(one),
                            Err(error) if is_refusal(&error) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    found
                }
                Err(error) => return Err(error),
            };
            for (indicator, value) in some.iter().filter_map(|code| {
                Some((*code, *found.iter().find(|(found, _)| found == code).map(|(_, value)| value)?))
            }) {
                actuals.values.insert((part.clone(), indicator), value);
            }
        }
    }
    actuals.as_of = tx.now();
    Ok(actuals)
}

fn is_refusal(error: &AppError) -> bool {
    matches!(error.code(), Code::ValidationFailed | Code::NotFound)
}

/// Whether the figure of a target can be asked for.
///
/// # Errors
/// Everything that is wrong with asking for it, as violations of the question.
pub(super) async fn check(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    year: Period,
    (target, indicator): (&Target, &str),
) -> Result<()> {
    ask(tx, catalogues, scope, year, &part(target), &[indicator]).await.map(|_| ())
}

async fn ask(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    year: Period,
    (within, options): &Part<'_>,
    indicators: &[&str],
) -> Result<Vec<(String, Decimal)>> {
    let mut question = Question::new(indicators.iter().map(|code| (*code).to_owned()).collect(), year);
    question.within = within.map(str::to_owned);
    question.only = options
        .iter()
        .map(|(dimension, option)| (By::Dimension((*dimension).to_owned()), (*option).to_owned()))
        .collect();
    let answer = figures::ask(tx, catalogues, scope, &question).await?;
    Ok(answer.items.into_iter().filter_map(|figure| Some((figure.indicator, figure.value?))).collect())
}
