//! What an organisation is. Pure.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::kinds::{Kind, Stage};

/// What is known of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Stable code; of a school its 学校标识码.
    pub code: String,
    /// Bureau, section or school; never changes.
    pub kind: Kind,
    /// Name shown to people.
    pub name: String,
    /// The kind of school; none for what is not a school.
    pub stage: Option<Stage>,
    /// The township in which it lies.
    pub township: Option<String>,
    /// Code of the organisation to which it belongs.
    pub parent: Option<String>,
    /// First day on which it is open; none where it has been open since before anybody noted.
    pub opened_on: Option<NaiveDate>,
    /// First day on which it is no longer open; none while it is.
    pub closed_on: Option<NaiveDate>,
}

impl Definition {
    /// Whether it is open on any day from `first` to `last`, both included.
    #[must_use]
    pub fn is_open_between(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.opened_on.is_none_or(|opened| opened <= last) && self.closed_on.is_none_or(|closed| closed > first)
    }
}

/// A version of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// What was known.
    pub definition: Definition,
    /// The number of the version, from 1.
    pub version: i32,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// Organisations by code.
pub(super) type World = HashMap<String, Organisation>;

impl Organisation {
    /// What a definition makes of the world: the first or the next version of an organisation, or
    /// none where it says what is so already.
    pub(super) fn next(definition: &Definition, world: &World, recorded_at: DateTime<Utc>) -> Option<Self> {
        let past = world.get(&definition.code);
        if past.is_some_and(|past| past.definition == *definition) {
            return None;
        }
        let version = past.map_or(0, |past| past.version) + 1;
        Some(Self { definition: definition.clone(), version, recorded_at })
    }

    /// Whether nothing was known of it before.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.version == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_closing_is_no_longer_open() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let school = Definition {
            code: "2199000001".to_owned(),
            kind: Kind::School,
            name: "第一小学".to_owned(),
            stage: Some(Stage::Primary),
            township: None,
            parent: None,
            opened_on: None,
            closed_on: None,
        };
        let school = Definition { opened_on: Some(day("2010-09-01")), closed_on: Some(day("2021-08-31")), ..school };
        let open = |first: &str, last: &str| school.is_open_between(day(first), day(last));
        assert!(open("2021-01-01", "2021-12-31"));
        assert!(open("2021-08-30", "2021-08-30"));
        assert!(!open("2021-08-31", "2022-08-31"));
        assert!(open("2010-01-01", "2010-09-01"));
        assert!(!open("2010-01-01", "2010-08-31"));
    }
}
