//! When a form may be filled in: days relative to its period.

use chrono::{Days, Months, NaiveDate};

use super::document::Window;
use super::period::Period;
use crate::platform::error::{Violation, ViolationCode};
use crate::say;

/// A [`Window`] that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowRule {
    opens: Offset,
    due: Offset,
    closes: Offset,
}

/// A [`WindowRule`] applied to a period. All days are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowDates {
    /// First day on which a draft may be saved.
    pub opens_on: NaiveDate,
    /// Last day that is in time.
    pub due_on: NaiveDate,
    /// Last day on which it may be submitted without an extension.
    pub closes_on: NaiveDate,
}

impl WindowRule {
    /// Reads the three offsets, naming each that is wrong.
    pub(super) fn of(window: &Window, place: &str) -> Result<Self, Vec<Violation>> {
        let mut violations = Vec::new();
        let mut read = |name: &str, text: &str| {
            Offset::parse(text).unwrap_or_else(|| {
                violations.push(Violation::new(
                    format!("{place}/{name}"),
                    ViolationCode::WrongFormat,
                    say!(
                        "应写作 start 或 end 加减天数或月数，如 end+15d",
                        "Write start or end, plus or minus days or months, for example end+15d"
                    ),
                ));
                Offset::default()
            })
        };
        let rule = Self {
            opens: read("opens_on", &window.opens_on),
            due: read("due_on", &window.due_on),
            closes: read("closes_on", &window.closes_on),
        };
        if violations.is_empty() { Ok(rule) } else { Err(violations) }
    }

    /// The days for a period.
    #[must_use]
    pub fn dates(self, period: Period) -> WindowDates {
        WindowDates {
            opens_on: self.opens.apply(period),
            due_on: self.due.apply(period),
            closes_on: self.closes.apply(period),
        }
    }
}

/// `start` or `end`, plus or minus days or months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Offset {
    from_end: bool,
    backwards: bool,
    count: u32,
    months: bool,
}

impl Offset {
    /// More is a slip of the pen.
    const MOST: u32 = 9_999;

    fn parse(text: &str) -> Option<Self> {
        let (from_end, rest) = match text.strip_prefix("start") {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix("end")?),
        };
        if rest.is_empty() {
            return Some(Self { from_end, ..Self::default() });
        }
        let (backwards, rest) = match rest.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, rest.strip_prefix('+')?),
        };
        let (months, digits) = match rest.strip_suffix('m') {
            Some(digits) => (true, digits),
            None => (false, rest.strip_suffix('d')?),
        };
        let count = digits.parse().ok().filter(|count| *count <= Self::MOST && !digits.starts_with('+'))?;
        Some(Self { from_end, backwards, count, months })
    }

    fn apply(self, period: Period) -> NaiveDate {
        let day = if self.from_end { period.end() } else { period.start() };
        let moved = match (self.months, self.backwards) {
            (true, true) => day.checked_sub_months(Months::new(self.count)),
            (true, false) => day.checked_add_months(Months::new(self.count)),
            (false, true) => day.checked_sub_days(Days::new(self.count.into())),
            (false, false) => day.checked_add_days(Days::new(self.count.into())),
        };
        moved.unwrap_or(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_days_of_the_period() {
        let period = "2022".parse().unwrap();
        for (text, day) in
            [("start", "2022-01-01"), ("start-30d", "2021-12-02"), ("end+15d", "2023-01-15"), ("end+2m", "2023-02-28")]
        {
            assert_eq!(
                Offset::parse(text).map(|offset| offset.apply(period).to_string()).as_deref(),
                Some(day),
                "{text}"
            );
        }
        for text in ["", "15d", "end15d", "end+d", "end+15", "end+1w", "end+-1d", "end++1d", "end+99999d"] {
            assert_eq!(Offset::parse(text), None, "{text}");
        }
    }
}
