//! Periods: what a form is filled in for and a figure is asked for.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, Months, NaiveDate};

use super::document::PeriodType;
use crate::platform::message::Message;
use crate::say;

/// A period of one of the [`PeriodType`]s, or the part of a calendar year until the end of a month, between the years 1949
/// and 2199.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    kind: Kind,
    /// The calendar year, or that in which the school year begins.
    year: i32,
    /// Which one of its kind in the year, from 0.
    index: u32,
}

/// What a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// One for which forms are filled in.
    Regular(PeriodType),
    /// From the beginning of a calendar year to the end of the month of the index.
    ToDate,
}

impl Kind {
    const fn per_year(self) -> u32 {
        match self {
            Self::Regular(kind) => kind.per_year(),
            Self::ToDate => 12,
        }
    }
}

const FIRST_YEAR: i32 = 1949;
const LAST_YEAR: i32 = 2199;

impl PeriodType {
    /// How many of them there are in a year.
    const fn per_year(self) -> u32 {
        match self {
            Self::Year | Self::SchoolYear => 1,
            Self::HalfYear | Self::Term => 2,
            Self::Quarter => 4,
            Self::Month => 12,
        }
    }

    const fn follows_school_year(self) -> bool {
        matches!(self, Self::SchoolYear | Self::Term)
    }
}

impl Period {
    /// A period of a kind that is as short as any.
    pub(super) fn shortest(kind: PeriodType) -> Self {
        const COMMON_YEAR: i32 = 2022;
        const FEBRUARY: u32 = 1;
        let index = if kind == PeriodType::Month { FEBRUARY } else { 0 };
        Self { kind: Kind::Regular(kind), year: COMMON_YEAR, index }
    }

    /// A calendar year.
    ///
    /// # Errors
    /// Where it is not between the bounds.
    pub fn of_year(year: i32) -> Result<Self, InvalidPeriod> {
        Self { kind: Kind::Regular(PeriodType::Year), year, index: 0 }.within_bounds()
    }

    /// A calendar year until the end of a month, from 1 to 12.
    ///
    /// # Errors
    /// Where there is no such year or month.
    pub fn to_date(year: i32, month: u32) -> Result<Self, InvalidPeriod> {
        let index = month.checked_sub(1).ok_or(InvalidPeriod)?;
        Self { kind: Kind::ToDate, year, index }.within_bounds()
    }

    fn within_bounds(self) -> Result<Self, InvalidPeriod> {
        let valid = (FIRST_YEAR..=LAST_YEAR).contains(&self.year) && self.index < self.kind.per_year();
        if valid { Ok(self) } else { Err(InvalidPeriod) }
    }

    /// For which kind of form it is; for none where it is a part of a year.
    #[must_use]
    pub fn kind(self) -> Option<PeriodType> {
        match self.kind {
            Kind::Regular(kind) => Some(kind),
            Kind::ToDate => None,
        }
    }

    /// Its first day.
    #[must_use]
    pub fn start(self) -> NaiveDate {
        let Kind::Regular(kind) = self.kind else {
            return Self { kind: Kind::Regular(PeriodType::Year), index: 0, ..self }.start();
        };
        let (month, offset) = match kind {
            PeriodType::Year | PeriodType::HalfYear | PeriodType::Quarter | PeriodType::Month => {
                (1, self.index * (12 / kind.per_year()))
            }
            PeriodType::SchoolYear => (9, 0),
            // The first term ends in January, the second begins in February.
            PeriodType::Term => (9, self.index * 5),
        };
        // Every year between the bounds has these days.
        NaiveDate::from_ymd_opt(self.year, month, 1).unwrap_or_default() + Months::new(offset)
    }

    /// Its last day.
    #[must_use]
    pub fn end(self) -> NaiveDate {
        let last = match self.kind {
            Kind::Regular(_) => self,
            Kind::ToDate => Self { kind: Kind::Regular(PeriodType::Month), ..self },
        };
        last.shifted(1).start() - Days::new(1)
    }

    /// The period of the same kind right before it; of a part of a year, the same part of the year before.
    #[must_use]
    pub fn previous(self) -> Self {
        if self.kind == Kind::ToDate { self.year_ago() } else { self.shifted(-1) }
    }

    /// The same period a year earlier (同比).
    #[must_use]
    pub fn year_ago(self) -> Self {
        Self { year: self.year - 1, ..self }
    }

    /// The periods of another kind that it consists of, or none where it does not consist of such.
    #[must_use]
    pub fn divided_into(self, kind: PeriodType) -> Vec<Self> {
        let divides = match self.kind {
            Kind::ToDate => !kind.follows_school_year(),
            Kind::Regular(own) => {
                kind == own
                    || kind.follows_school_year() == own.follows_school_year() && kind.per_year() > own.per_year()
                    || kind == PeriodType::Month && own == PeriodType::SchoolYear
            }
        };
        if !divides {
            return Vec::new();
        }
        let first = Self::containing(kind, self.start());
        let parts: Vec<Self> =
            (0..12).map(|step| first.shifted(step)).take_while(|part| part.start() <= self.end()).collect();
        // The part of a year until August consists of no quarters.
        if parts.last().is_some_and(|last| last.end() == self.end()) { parts } else { Vec::new() }
    }

    /// The period of a kind in which a day lies.
    fn containing(kind: PeriodType, day: NaiveDate) -> Self {
        use chrono::Datelike;
        let mut period = Self { kind: Kind::Regular(kind), year: day.year(), index: 0 };
        if period.start() > day {
            period.year -= 1;
        }
        while period.end() < day {
            period = period.shifted(1);
        }
        period
    }

    fn shifted(self, by: i32) -> Self {
        let per_year = i64::from(self.kind.per_year());
        let position = i64::from(self.year) * per_year + i64::from(self.index) + i64::from(by);
        let year = i32::try_from(position.div_euclid(per_year)).unwrap_or(self.year);
        let index = u32::try_from(position.rem_euclid(per_year)).unwrap_or_default();
        Self { kind: self.kind, year, index }
    }
}

/// A text that is not a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidPeriod;

impl InvalidPeriod {
    /// What is said to people.
    #[must_use]
    pub fn message(self) -> Message {
        say!(
            "不是有效的期间；写法如 2022、2022-H1、2022-Q3、2022-06、2022-YTD08（年初至八月）、SY2022、SY2022-T1",
            "This is not a period; write 2022, 2022-H1, 2022-Q3, 2022-06, 2022-YTD08, SY2022, SY2022-T1"
        )
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (school_year, rest) = text.strip_prefix("SY").map_or((false, text), |rest| (true, rest));
        let (year, part) = rest.split_once('-').map_or((rest, None), |(year, part)| (year, Some(part)));
        let year = i32::try_from(number(year, 4)?).map_err(|_| InvalidPeriod)?;
        if let (false, Some(month)) = (school_year, part.and_then(|part| part.strip_prefix("YTD"))) {
            return Self::to_date(year, number(month, 2)?);
        }
        let (kind, index) = match (school_year, part) {
            (false, None) => (PeriodType::Year, 1),
            (true, None) => (PeriodType::SchoolYear, 1),
            (true, Some(part)) => (PeriodType::Term, number(part.strip_prefix('T').ok_or(InvalidPeriod)?, 1)?),
            (false, Some(part)) => match part.split_at_checked(1) {
                Some(("H", half)) => (PeriodType::HalfYear, number(half, 1)?),
                Some(("Q", quarter)) => (PeriodType::Quarter, number(quarter, 1)?),
                _ => (PeriodType::Month, number(part, 2)?),
            },
        };
        let index = index.checked_sub(1).ok_or(InvalidPeriod)?;
        Self { kind: Kind::Regular(kind), year, index }.within_bounds()
    }
}

fn number(digits: &str, length: usize) -> Result<u32, InvalidPeriod> {
    let valid = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    if valid { digits.parse().map_err(|_| InvalidPeriod) } else { Err(InvalidPeriod) }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, index, .. } = self;
        let number = index + 1;
        let Kind::Regular(kind) = self.kind else {
            return write!(f, "{year}-YTD{number:02}");
        };
        match kind {
            PeriodType::Year => write!(f, "{year}"),
            PeriodType::HalfYear => write!(f, "{year}-H{number}"),
            PeriodType::Quarter => write!(f, "{year}-Q{number}"),
            PeriodType::Month => write!(f, "{year}-{number:02}"),
            PeriodType::SchoolYear => write!(f, "SY{year}"),
            PeriodType::Term => write!(f, "SY{year}-T{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_has_its_days_and_its_neighbour() {
        for (text, start, end, previous) in [
            ("2022", "2022-01-01", "2022-12-31", "2021"),
            ("2022-H1", "2022-01-01", "2022-06-30", "2021-H2"),
            ("2022-Q3", "2022-07-01", "2022-09-30", "2022-Q2"),
            ("2024-02", "2024-02-01", "2024-02-29", "2024-01"),
            ("2022-01", "2022-01-01", "2022-01-31", "2021-12"),
            ("SY2022", "2022-09-01", "2023-08-31", "SY2021"),
            ("SY2022-T1", "2022-09-01", "2023-01-31", "SY2021-T2"),
            ("SY2022-T2", "2023-02-01", "2023-08-31", "SY2022-T1"),
            ("2022-YTD08", "2022-01-01", "2022-08-31", "2021-YTD08"),
            ("2024-YTD02", "2024-01-01", "2024-02-29", "2023-YTD02"),
            ("2022-YTD12", "2022-01-01", "2022-12-31", "2021-YTD12"),
        ] {
            let period = period(text);
            assert_eq!(period.to_string(), text);
            assert_eq!(period.start().to_string(), start, "{text}");
            assert_eq!(period.end().to_string(), end, "{text}");
            assert_eq!(period.previous().to_string(), previous, "{text}");
        }
    }

    #[test]
    fn no_period_is_shorter_than_the_shortest_of_its_kind() {
        use PeriodType::{HalfYear, Month, Quarter, SchoolYear, Term, Year};
        for kind in [Year, HalfYear, Quarter, Month, SchoolYear, Term] {
            let days = |period: Period| period.end() - period.start();
            let shortest = Period::shortest(kind);
            for by in -60..60 {
                assert!(days(shortest.shifted(by)) >= days(shortest), "{}", shortest.shifted(by));
            }
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "22",
            "2022-13",
            "2022-00",
            "2022-Q5",
            "2022-H3",
            "SY2022-T3",
            "1948",
            "２０２２",
            "2022-",
            "2022-Q+1",
            "2022-YTD13",
            "2022-YTD00",
            "2022-YTD8",
            "SY2022-YTD08",
            "2022-Q0",
        ] {
            assert_eq!(text.parse::<Period>(), Err(InvalidPeriod), "{text}");
        }
    }

    #[test]
    fn a_period_consists_of_shorter_ones() {
        let parts =
            |text: &str, kind| period(text).divided_into(kind).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(parts("2022-Q1", PeriodType::Month), ["2022-01", "2022-02", "2022-03"]);
        assert_eq!(parts("2022-H2", PeriodType::Quarter), ["2022-Q3", "2022-Q4"]);
        assert_eq!(parts("SY2022", PeriodType::Term), ["SY2022-T1", "SY2022-T2"]);
        assert_eq!(parts("SY2022", PeriodType::Month).len(), 12);
        assert_eq!(parts("SY2022", PeriodType::Month).first().map(String::as_str), Some("2022-09"));
        assert_eq!(parts("2022", PeriodType::Year), ["2022"]);
        assert!(parts("2022", PeriodType::Term).is_empty());
        assert_eq!(parts("2022-YTD03", PeriodType::Month), ["2022-01", "2022-02", "2022-03"]);
        assert_eq!(parts("2022-YTD09", PeriodType::Quarter), ["2022-Q1", "2022-Q2", "2022-Q3"]);
        assert!(parts("2022-YTD08", PeriodType::Quarter).is_empty());
        assert!(parts("2022-YTD08", PeriodType::Year).is_empty());
        assert_eq!(parts("2022-YTD12", PeriodType::Year), ["2022"]);
        assert!(parts("2022-YTD12", PeriodType::SchoolYear).is_empty());
        assert!(parts("2022-06", PeriodType::Year).is_empty());
    }
}
