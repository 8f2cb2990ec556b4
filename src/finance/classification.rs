//! The codes by which items and payments are classified, checked against the tables that the policy of their year names.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::catalogue::Catalogue;
use crate::catalogue::document::FinancePolicy;
use crate::platform::error::{AppError, Code, Violation, ViolationCode};
use crate::platform::message::Message;
use crate::platform::rows::Column;
use crate::say;

/// The code tables of a year.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    catalogue: &'a Catalogue,
    /// Which of them are for what.
    pub policy: &'a FinancePolicy,
}

impl<'a> Tables<'a> {
    /// Those of the policy that is in force at the end of the year; none where there is no policy.
    pub(super) fn of(catalogue: &'a Catalogue, year: i32) -> Option<Self> {
        let policy = catalogue.policy(NaiveDate::from_ymd_opt(year, 12, 31)?)?;
        Some(Self { catalogue, policy: &policy.finance })
    }

    /// What people call a table.
    fn title(&self, table: &'a str) -> &'a str {
        self.catalogue.dimension(table).map_or(table, |dimension| &dimension.name.zh)
    }

    /// The name of an option, where the code is one.
    pub(super) fn name(&self, table: Option<&String>, code: &str) -> Option<&'a str> {
        let dimension = self.catalogue.dimension(table?)?;
        dimension.options.iter().find(|option| option.code == code).map(|option| option.name.zh.as_str())
    }

    /// Checks a code: what has a table needs one of its options, and what has none may be anything.
    pub(super) fn check(
        &self,
        pointer: &str,
        table: Option<&String>,
        code: Option<&str>,
        violations: &mut Vec<Violation>,
    ) {
        let Some(table) = table else { return };
        let title = self.title(table);
        let refusal = match code {
            None => (ViolationCode::Missing, say!("缺少“{title}”中的代码", "A code of “{title}” is needed")),
            Some(code) if self.name(Some(table), code).is_none() => {
                (ViolationCode::NotAllowed, say!("“{title}”没有代码“{code}”", "“{title}” has no code “{code}”"))
            }
            Some(_) => return,
        };
        violations.push(Violation::new(pointer, refusal.0, refusal.1));
    }
}

/// A column of codes, with the options of the tables that the policies name for it: a file may have rows of several years.
/// Where one of them names none, it may have anything.
pub(super) fn coded<'c>(
    column: Column,
    catalogue: &'c Catalogue,
    table: impl Fn(&'c FinancePolicy) -> Option<&'c String>,
) -> Column {
    let policies = &catalogue.document().policies;
    let tables: Option<Vec<&str>> = policies.iter().map(|policy| Some(table(&policy.finance)?.as_str())).collect();
    let mut choices: Vec<(&str, &str)> = Vec::new();
    let mut seen = HashSet::new();
    for table in tables.unwrap_or_default() {
        let options = catalogue.dimension(table).map(|dimension| dimension.options.as_slice()).unwrap_or_default();
        let named = options.iter().map(|option| (option.code.as_str(), option.name.zh.as_str()));
        choices.extend(named.filter(|choice| seen.insert(*choice)));
    }
    column.of(choices)
}

fn nothing_in_force(year: i32) -> Message {
    say!("目录中没有 {year} 年适用的办法（policy）", "The catalogue has no policy for {year}")
}

/// 409: there is no policy for a year.
pub(super) fn no_policy(year: i32) -> AppError {
    AppError::new(Code::StateForbids).detail(nothing_in_force(year))
}

/// The same about a row.
pub(super) fn no_policy_at(pointer: &str, year: i32) -> Violation {
    Violation::new(pointer, ViolationCode::StateForbids, nothing_in_force(year))
}
