//! Actual values of targets, out of the figures.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::catalogue::{Catalogues, Period};
use crate::figures::{self, By};
use crate::goals::{GoalInForce, Target};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// What is asked for a target: an indicator, in a part of its breakdown, below an organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Ask<'a> {
    indicator: &'a str,
    part: &'a BTreeMap<String, String>,
    within: Option<&'a str>,
}

impl<'a> Ask<'a> {
    /// None of a qualitative target. What is a school's goal is met by that school.
    fn of(goal: &'a GoalInForce, target: &'a Target) -> Option<Self> {
        let within = target.within.as_deref().or(goal.school.as_deref());
        Some(Self { indicator: target.indicator.as_deref()?, part: &target.r#where, within })
    }

    fn question(&self, period: Period) -> figures::Ask {
        let part = |(dimension, option): (&String, &String)| (By::Dimension(dimension.clone()), option.clone());
        figures::Ask {
            indicator: self.indicator.to_owned(),
            period,
            within: self.within.map(str::to_owned),
            only: self.part.iter().map(part).collect(),
        }
    }
}

/// What the figures say of each target, by the codes of its goal and its own; none where they say nothing.
#[derive(Debug, Default)]
pub(super) struct Actuals(HashMap<(String, String), Decimal>);

impl Actuals {
    pub(super) fn of(&self, goal: &GoalInForce, target: &Target) -> Option<Decimal> {
        self.0.get(&(goal.code.clone(), target.code.clone())).copied()
    }
}

/// Asks once for all targets, and for what several of them ask in common only once.
pub(super) async fn read(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    (period, moment): (Period, DateTime<Utc>),
    goals: &[&GoalInForce],
) -> Result<Actuals> {
    let targets = || goals.iter().flat_map(|goal| goal.content.targets.iter().map(move |target| (*goal, target)));
    let asks: BTreeSet<Ask<'_>> = targets().filter_map(|(goal, target)| Ask::of(goal, target)).collect();
    let questions: Vec<figures::Ask> = asks.iter().map(|ask| ask.question(period)).collect();
    let (_, figures) = figures::values(tx, catalogues, scope, &questions, Some(moment)).await?;
    let values: HashMap<&Ask<'_>, Decimal> =
        asks.iter().zip(figures).filter_map(|(ask, figure)| Some((ask, figure?.value?))).collect();
    let actual = |(goal, target): (&GoalInForce, &Target)| {
        let value = values.get(&Ask::of(goal, target)?)?;
        Some(((goal.code.clone(), target.code.clone()), *value))
    };
    Ok(Actuals(targets().filter_map(actual).collect()))
}
