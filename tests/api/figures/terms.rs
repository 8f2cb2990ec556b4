//! What can be asked in the county of these tests, told apart from the catalogue that the service
//! reads: definitions, periods, questions.

use chrono::NaiveDate;

use super::ledger::Item;

/// What an indicator is.
pub struct Definition {
    pub code: &'static str,
    pub unit: Option<&'static str>,
    pub how: How,
    pub decimals: u32,
    pub dimensions: &'static [&'static str],
}

pub enum How {
    Sum,
    Mean,
    WeightedBy(&'static str),
    Least,
    Greatest,
    Trues,
    Last,
    OnlyOne,
    Quotient(&'static str, &'static str),
    Difference(&'static str, &'static str),
    OneMore(&'static str),
    Counted(Counted),
    Booked(Booked),
}

/// Which lines of the ledger are added up.
pub struct Booked {
    /// The kinds of lines, and their signs.
    pub signs: &'static [(&'static str, i32)],
    pub at_end: bool,
    pub only: fn(&Labels) -> bool,
}

/// What a line is labelled with.
pub struct Labels<'a> {
    pub item: &'a Item,
    /// Of its project, as it is known.
    pub category: Option<&'a str>,
    pub payment_type: Option<&'a str>,
}

/// Which honours are counted, and what is made of them.
pub struct Counted {
    pub measure: Measure,
    pub when: When,
    pub states: &'static [&'static str],
    /// A field that must have one of these values.
    pub only: Option<(&'static str, &'static [&'static str])>,
}

pub enum Measure {
    Records,
    Schools,
    Different(&'static str),
    Total(&'static str),
}

pub enum When {
    /// As it stood at the end; where dated, also awarded by then.
    AtEnd { dated: bool },
    /// Awarded in the period.
    Awarded,
    /// Entered a state in the period.
    Entered,
}

const fn definition(
    code: &'static str,
    unit: Option<&'static str>,
    how: How,
    dimensions: &'static [&'static str],
) -> Definition {
    Definition { code, unit, how, decimals: 4, dimensions }
}

const PEOPLE: Option<&str> = Some("人");
const SEX: &[&str] = &["sex"];
const CATEGORY: &[&str] = &["category"];

const fn counted(
    measure: Measure,
    when: When,
    states: &'static [&'static str],
    only: Option<(&'static str, &'static [&'static str])>,
) -> How {
    How::Counted(Counted { measure, when, states, only })
}

const fn booked(signs: &'static [(&'static str, i32)], at_end: bool, only: fn(&Labels) -> bool) -> How {
    How::Booked(Booked { signs, at_end, only })
}

const BUDGET: &[(&str, i32)] = &[("original", 1), ("adjustment", 1), ("received", 1), ("detailed", -1)];
const AVAILABLE: &[(&str, i32)] =
    &[("original", 1), ("adjustment", 1), ("received", 1), ("detailed", -1), ("payment", -1)];

/// As in the catalogue of these tests.
pub const DEFINITIONS: &[Definition] = &[
    definition("pupils", PEOPLE, How::Sum, &[]),
    definition("boarders", PEOPLE, How::Sum, SEX),
    definition("entrants", PEOPLE, How::Sum, CATEGORY),
    Definition { decimals: 2, ..definition("pass_rate", Some("%"), How::WeightedBy("entrants"), CATEGORY) },
    Definition { decimals: 2, ..definition("plain_rate", Some("%"), How::Mean, CATEGORY) },
    Definition { decimals: 2, ..definition("sleep", Some("小时"), How::WeightedBy("pupils"), &[]) },
    definition("lowest", None, How::Least, &[]),
    definition("highest", None, How::Greatest, CATEGORY),
    definition("canteen", None, How::Trues, &[]),
    definition("balance", Some("元"), How::Last, &[]),
    definition("motto", None, How::OnlyOne, &[]),
    definition("area", None, How::OnlyOne, &[]),
    definition("drills", Some("次"), How::Sum, &[]),
    definition("mood", None, How::Last, SEX),
    Definition { decimals: 3, ..definition("boarding_rate", None, How::Quotient("boarders", "pupils"), &[]) },
    definition("drills_per_pupil", None, How::Quotient("drills", "pupils"), &[]),
    Definition { decimals: 0, ..definition("leavers", PEOPLE, How::Difference("pupils", "boarders"), &[]) },
    Definition { decimals: 1, ..definition("mixture", None, How::OneMore("drills"), &[]) },
    definition("honours", Some("项"), counted(Measure::Records, When::AtEnd { dated: false }, &["granted"], None), &[]),
    definition(
        "honours_by",
        None,
        counted(Measure::Records, When::AtEnd { dated: true }, &[], Some(("kind", &["green", "safe"]))),
        CATEGORY,
    ),
    definition("granted", None, counted(Measure::Records, When::Entered, &["granted", "revoked"], None), CATEGORY),
    definition("awarded", None, counted(Measure::Schools, When::Awarded, &[], Some(("kind", &["green"]))), &[]),
    definition(
        "holders",
        None,
        counted(Measure::Different("holder"), When::AtEnd { dated: false }, &[], Some(("national", &["true"]))),
        &["category", "sex"],
    ),
    definition(
        "prizes",
        Some("元"),
        counted(Measure::Total("prize"), When::Awarded, &["granted", "proposed"], None),
        SEX,
    ),
    definition("funds", Some("元"), booked(BUDGET, true, |_| true), &["category", "sex"]),
    definition("originally", None, booked(&[("original", 1)], true, |of| of.category == Some("specific")), &[]),
    definition("adjusted", None, booked(&[("adjustment", 1)], false, |_| true), CATEGORY),
    definition("undetailed", None, booked(BUDGET, true, |of| of.item.is_lump), &[]),
    definition("spent", Some("元"), booked(&[("payment", 1)], true, |_| true), &["category", "sex"]),
    definition(
        "salaries",
        None,
        booked(&[("payment", 1)], false, |of| of.item.economic != "30201" && of.item.fund == Some("girls")),
        SEX,
    ),
    definition(
        "purchases",
        None,
        booked(&[("payment", 1)], true, |of| of.payment_type == Some("unit") && of.item.is_procurement),
        &[],
    ),
    definition("available", None, booked(AVAILABLE, true, |of| !of.item.is_lump), SEX),
    definition("planned", None, booked(&[("plan", 1)], true, |_| true), &[]),
    definition("planned_within", None, booked(&[("plan", 1)], false, |_| true), CATEGORY),
    Definition { decimals: 3, ..definition("execution_rate", None, How::Quotient("spent", "funds"), &[]) },
    Definition { decimals: 2, ..definition("unspent", Some("元"), How::Difference("funds", "spent"), &[]) },
    Definition { decimals: 2, ..definition("spent_per_pupil", None, How::Quotient("spent", "pupils"), &[]) },
    Definition { decimals: 3, ..definition("prize_per_honour", None, How::Quotient("prizes", "awarded"), &[]) },
    Definition { decimals: 3, ..definition("honours_per_pupil", None, How::Quotient("honours", "pupils"), &[]) },
];

/// The indicators of each form.
pub const FORMS: &[(&str, &[&str])] = &[
    ("yearly", &["pupils", "boarders", "sleep", "canteen", "balance", "motto", "area", "lowest"]),
    ("exams", &["entrants", "pass_rate", "plain_rate", "highest"]),
    ("quarterly", &["drills", "mood"]),
];

pub const STAGES: &[&str] = &["primary", "junior_secondary"];

pub fn options_of(dimension: &str) -> [&'static str; 2] {
    if dimension == "sex" { ["girls", "boys"] } else { ["science", "arts"] }
}

pub fn find(code: &str) -> &'static Definition {
    DEFINITIONS.iter().find(|definition| definition.code == code).unwrap()
}

impl Definition {
    pub fn parts(&self) -> Vec<&'static Definition> {
        match self.how {
            How::Quotient(a, b) | How::Difference(a, b) => vec![find(a), find(b)],
            How::OneMore(a) => vec![find(a)],
            _ => vec![find(self.code)],
        }
    }

    pub fn form(&self) -> &'static str {
        FORMS.iter().find(|(_, indicators)| indicators.contains(&self.code)).unwrap().0
    }

    /// How it is counted, where it is.
    pub fn counted(&self) -> Option<&Counted> {
        match &self.how {
            How::Counted(counted) => Some(counted),
            _ => None,
        }
    }

    /// How it is read from the ledger, where it is.
    pub fn booked(&self) -> Option<&Booked> {
        match &self.how {
            How::Booked(booked) => Some(booked),
            _ => None,
        }
    }

    /// Whether it rests on a whole list, and not on reports.
    pub fn is_listed(&self) -> bool {
        self.counted().is_some() || self.booked().is_some()
    }

    /// Whether it is one of the values.
    pub fn picks_one(&self) -> bool {
        matches!(self.how, How::Least | How::Greatest | How::Last | How::OnlyOne)
    }

    /// Whether every part of it can be broken down so.
    pub fn has(&self, dimension: &str) -> bool {
        let has = |part: &Definition| {
            part.dimensions.contains(&dimension) || dimension == "project" && part.booked().is_some()
        };
        self.parts().into_iter().all(has)
    }

    /// Whether it is reported for a period or for parts of it.
    pub fn can_be_asked_for(&self, period: &str) -> bool {
        self.parts().iter().all(|part| part.is_listed() || !split(period, part.form()).is_empty())
    }
}

/// A question, as its parameters say it.
#[derive(Debug, Clone)]
pub struct Question {
    pub indicators: Vec<&'static str>,
    pub period: &'static str,
    pub by: Vec<&'static str>,
    /// The earlier period that the comparison means.
    pub compare: Option<(&'static str, &'static str)>,
    pub basis: &'static str,
    pub within: Option<&'static str>,
    pub only: Vec<(&'static str, &'static str)>,
}

impl Question {
    pub fn query(&self) -> String {
        let only: Vec<String> = self.only.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        let parameters = [
            Some(format!("indicator={}&period={}&basis={}", self.indicators.join(","), self.period, self.basis)),
            (!self.by.is_empty()).then(|| format!("by={}", self.by.join(","))),
            self.compare.map(|(compare, _)| format!("compare={compare}")),
            self.within.map(|within| format!("within={within}")),
            (!only.is_empty()).then(|| format!("where={}", only.join(","))),
        ];
        parameters.into_iter().flatten().collect::<Vec<_>>().join("&")
    }
}

/// The periods of a form of which a period consists.
pub fn split(period: &str, form: &str) -> Vec<String> {
    let year = &period[..4];
    match (form, &period[4..]) {
        ("quarterly", "") => (1..=4).map(|quarter| format!("{year}-Q{quarter}")).collect(),
        ("quarterly", "-H1") => vec![format!("{year}-Q1"), format!("{year}-Q2")],
        ("quarterly", "-H2") => vec![format!("{year}-Q3"), format!("{year}-Q4")],
        ("quarterly", _) | (_, "") => vec![period.to_owned()],
        _ => Vec::new(),
    }
}

/// First and last day of a year, half year or quarter.
pub fn days(period: &str) -> (NaiveDate, NaiveDate) {
    let (first, last) = match &period[4..] {
        "-H1" => ("01-01", "06-30"),
        "-H2" => ("07-01", "12-31"),
        "-Q1" => ("01-01", "03-31"),
        "-Q2" => ("04-01", "06-30"),
        "-Q3" => ("07-01", "09-30"),
        "-Q4" => ("10-01", "12-31"),
        _ => ("01-01", "12-31"),
    };
    let day = |day: &str| format!("{}-{day}", &period[..4]).parse().unwrap();
    (day(first), day(last))
}
