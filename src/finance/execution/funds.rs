//! What projects and organisations were given and have spent, for whoever monitors and evaluates them.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use crate::catalogue::document::FinancePolicy;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// Of what the funds are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FundsOf {
    /// Of each project that has budget items.
    Projects,
    /// Of each organisation that has budget items, whatever they are for.
    Organisations,
    /// Of everything together, under the empty key. What the bureau detailed to its schools counts once.
    Whole,
}

/// Which funds are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundsQuestion {
    /// The fiscal year.
    pub year: i32,
    /// The last day on which a payment counts.
    pub until: NaiveDate,
    /// The moment as of which it is asked.
    pub as_of: DateTime<Utc>,
    /// Of what.
    pub of: FundsOf,
}

/// An amount that was given, and what became of it; in yuan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// The budget of the beginning of the year (年初预算数).
    pub original: Decimal,
    /// The budget with adjustments and detailing (全年预算数).
    pub budget: Decimal,
    /// What was paid, less reversals (执行数).
    pub executed: Decimal,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.original += other.original;
        self.budget += other.budget;
        self.executed += other.executed;
    }
}

/// Funds by where the money comes from, as the policy tells its sources apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Funds {
    /// All of it.
    pub total: Sums,
    /// This year's appropriation (当年财政拨款).
    pub current: Sums,
    /// What was carried over (上年结转).
    pub carried_over: Sums,
    /// Other money (其他资金).
    pub other: Sums,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    origin: String,
    #[diesel(sql_type = Numeric)]
    original: Decimal,
    #[diesel(sql_type = Numeric)]
    budget: Decimal,
    #[diesel(sql_type = Numeric)]
    executed: Decimal,
}

/// The funds of all projects or organisations that have any, by code: in one query, however many there are. Who asks as of
/// now takes the moment by [`settled_time`](crate::platform::history::settled_time) of both strands.
///
/// # Errors
/// Where the database refuses.
pub async fn funds(
    tx: &mut Tx,
    scope: &Scope,
    policy: &FinancePolicy,
    question: &FundsQuestion,
) -> Result<BTreeMap<String, Funds>> {
    let rows: Vec<Row> = statement(include_str!("sql/funds.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(question.year)
        .bind::<Date, _>(question.until)
        .bind::<Timestamptz, _>(question.as_of)
        .bind::<Text, _>(match question.of {
            FundsOf::Projects => "project",
            FundsOf::Organisations => "organisation",
            FundsOf::Whole => "",
        })
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Array<Text>, _>(&policy.current_appropriation)
        .bind::<Array<Text>, _>(&policy.carried_over)
        .load(&mut **tx)
        .await?;
    let mut all: BTreeMap<String, Funds> = BTreeMap::new();
    for Row { key, origin, original, budget, executed } in rows {
        let funds = all.entry(key).or_default();
        let sums = Sums { original, budget, executed };
        funds.total += sums;
        *match origin.as_str() {
            "current" => &mut funds.current,
            "carried_over" => &mut funds.carried_over,
            _ => &mut funds.other,
        } += sums;
    }
    Ok(all)
}
