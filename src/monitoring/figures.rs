//! Values to date of many targets at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::model::Target;
use crate::catalogue::{Catalogues, Period};
use crate::figures::{self, By, Question};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Code, Result};

/// What a target's indicator says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Value {
    pub value: Option<Decimal>,
    pub expected: usize,
    pub reported: usize,
}

/// What is asked of an indicator: the same for all targets that ask it.
type Key<'a> = (&'a str, &'a BTreeMap<String, String>, Option<&'a str>);

fn key(target: &Target) -> Option<Key<'_>> {
    Some((target.indicator.as_deref()?, &target.r#where, target.within.as_deref()))
}

/// The values of a period, as of a moment.
pub(super) struct Values<'a>(BTreeMap<Key<'a>, Value>);

impl<'a> Values<'a> {
    /// Asks what the targets rest on. An indicator that cannot be asked for the period has no value.
    pub(super) async fn read(
        tx: &mut Tx,
        catalogues: &Catalogues,
        scope: &Scope,
        period: Period,
        as_of: DateTime<Utc>,
        targets: impl Iterator<Item = &'a Target>,
    ) -> Result<Self> {
        let mut values = BTreeMap::new();
        for (indicator, selection, within) in targets.filter_map(key) {
            if values.contains_key(&(indicator, selection, within)) {
                continue;
            }
            let question = Question {
                as_of: Some(as_of),
                within: within.map(str::to_owned),
                by: selection.keys().map(|by| By::from(by.as_str())).collect(),
                only: selection.iter().map(|(by, option)| (By::from(by.as_str()), option.clone())).collect(),
                ..Question::new(vec![indicator.to_owned()], period)
            };
            let value = match figures::ask(tx, catalogues, scope, &question).await {
                Ok(answer) => answer.items.first().map(|figure| Value {
                    value: figure.value,
                    expected: figure.coverage.expected,
                    reported: figure.coverage.reported,
                }),
                Err(error) if matches!(error.code(), Code::ValidationFailed | Code::NotFound) => None,
                Err(error) => return Err(error),
            };
            values.insert((indicator, selection, within), value.unwrap_or_default());
        }
        Ok(Self(values))
    }

    /// What a target rests on; nothing where it has no indicator.
    pub(super) fn of(&self, target: &Target) -> Value {
        key(target).and_then(|key| self.0.get(&key)).copied().unwrap_or_default()
    }
}
