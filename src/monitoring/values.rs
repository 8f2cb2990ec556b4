//! Values to date of many targets at once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::model::Target;
use crate::catalogue::{Catalogues, Period};
use crate::figures::{self, Ask, By, Figure};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// What a target's indicator says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Value {
    pub number: Option<Decimal>,
    pub expected: usize,
    pub reported: usize,
}

impl From<Figure> for Value {
    fn from(Figure { value, coverage, .. }: Figure) -> Self {
        Self { number: value, expected: coverage.expected, reported: coverage.reported }
    }
}

/// What is asked of an indicator: the same for all targets that ask it.
type Key<'a> = (&'a str, &'a BTreeMap<String, String>, Option<&'a str>);

fn key(target: &Target) -> Option<Key<'_>> {
    Some((target.indicator.as_deref()?, &target.r#where, target.within.as_deref()))
}

fn ask((indicator, selection, within): Key<'_>, period: Period) -> Ask {
    Ask {
        indicator: indicator.to_owned(),
        period,
        within: within.map(str::to_owned),
        only: selection.iter().map(|(by, part)| (By::from(by.as_str()), part.clone())).collect(),
    }
}

/// The values to date, as of a moment.
pub(super) struct Values<'a>(BTreeMap<Key<'a>, Value>);

impl<'a> Values<'a> {
    /// Asks what the targets rest on, each thing once: for the year until the cut-off, or, what is reported for longer periods
    /// than that, for the whole year as far as it is in. What cannot be asked for has no value.
    pub(super) async fn read(
        tx: &mut Tx,
        catalogues: &Catalogues,
        scope: &Scope,
        (to_date, year): (Period, Period),
        as_of: DateTime<Utc>,
        targets: impl Iterator<Item = &'a Target>,
    ) -> Result<Self> {
        let keys: BTreeSet<Key<'a>> = targets.filter_map(key).collect();
        let mut values = BTreeMap::new();
        for period in [to_date, year] {
            let open: Vec<Key<'a>> = keys.iter().copied().filter(|key| !values.contains_key(key)).collect();
            let asks: Vec<Ask> = open.iter().map(|key| ask(*key, period)).collect();
            let (_, figures) = figures::values(tx, catalogues, scope, &asks, Some(as_of)).await?;
            values.extend(open.into_iter().zip(figures).filter_map(|(key, figure)| Some((key, figure?.into()))));
        }
        Ok(Self(values))
    }

    /// What a target rests on; nothing where it has no indicator.
    pub(super) fn of(&self, target: &Target) -> Value {
        key(target).and_then(|key| self.0.get(&key)).copied().unwrap_or_default()
    }
}
