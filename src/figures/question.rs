//! What can be asked.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Period;

/// A question for figures. Everything that shows a number asks one.
#[derive(Debug, Clone)]
pub struct Question {
    /// Codes of the indicators, in the order in which they are answered.
    pub indicators: Vec<String>,
    /// The period: of the type for which the indicators are reported, or a longer one that consists
    /// of such.
    pub period: Period,
    /// By what the figures are broken down.
    pub by: Vec<By>,
    /// The period with which they are compared.
    pub compare: Option<Compare>,
    /// Which revisions count.
    pub basis: Basis,
    /// The moment as of which everything is read; now, where there is none.
    pub as_of: Option<DateTime<Utc>>,
    /// Only schools that are this organisation, or stand below it.
    pub within: Option<String>,
    /// Only what lies in this part of a breakdown: the `group` of a figure.
    pub only: Vec<(By, String)>,
}

impl Question {
    /// The plain figures of some indicators: of the whole bureau, as they are now.
    #[must_use]
    pub fn new(indicators: Vec<String>, period: Period) -> Self {
        Self {
            indicators,
            period,
            by: Vec::new(),
            compare: None,
            basis: Basis::Accepted,
            as_of: None,
            within: None,
            only: Vec::new(),
        }
    }
}

/// Which revisions of the submissions count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Those that were accepted.
    #[default]
    Accepted,
    /// Those that were submitted, reviewed or not.
    Submitted,
}

impl Basis {
    /// As it stands in the database.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Submitted => "submitted",
        }
    }
}

/// The period with which a figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// 环比: the period of the same kind right before.
    Previous,
    /// 同比: the same period a year earlier.
    YearAgo,
}

impl Compare {
    pub(super) fn before(self, period: Period) -> Period {
        match self {
            Self::Previous => period.previous(),
            Self::YearAgo => period.year_ago(),
        }
    }
}

/// By what a figure can be broken down.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum By {
    /// Each school.
    School,
    /// Each kind of school (学段).
    Stage,
    /// Each township.
    Township,
    /// Each of the organisations within which many questions look at once; it has no name by which it could be asked for.
    Within,
    /// Each project; of what is read from the ledger.
    Project,
    /// Each option of a dimension, by the dimension's code.
    Dimension(String),
}

impl By {
    /// The code of the dimension, where it is one.
    #[must_use]
    pub fn dimension(&self) -> Option<&str> {
        match self {
            Self::Dimension(code) => Some(code),
            Self::School | Self::Stage | Self::Township | Self::Within | Self::Project => None,
        }
    }

    /// Whether it is a property of schools.
    pub(super) fn is_of_schools(&self) -> bool {
        matches!(self, Self::School | Self::Stage | Self::Township | Self::Within)
    }
}

impl From<&str> for By {
    /// `school`, `stage`, `township`, `project`; anything else is the code of a dimension.
    fn from(code: &str) -> Self {
        match code {
            "school" => Self::School,
            "stage" => Self::Stage,
            "township" => Self::Township,
            "project" => Self::Project,
            dimension => Self::Dimension(dimension.to_owned()),
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::School => "school",
            Self::Stage => "stage",
            Self::Township => "township",
            Self::Within => "within",
            Self::Project => "project",
            Self::Dimension(code) => code,
        })
    }
}
