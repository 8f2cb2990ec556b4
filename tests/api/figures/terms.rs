//! What can be asked in the county of these tests, told apart from the catalogue that the service
//! reads: definitions, periods, questions.

use chrono::NaiveDate;

/// What an indicator is.
pub struct Definition {
    pub code: &'static str,
    pub unit: Option<&'static str>,
    pub how: How,
    pub decimals: u32,
    pub dimension: Option<&'static str>,
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
}

const fn definition(
    code: &'static str,
    unit: Option<&'static str>,
    how: How,
    dimension: Option<&'static str>,
) -> Definition {
    Definition { code, unit, how, decimals: 4, dimension }
}

const PEOPLE: Option<&str> = Some("人");
const SEX: Option<&str> = Some("sex");
const CATEGORY: Option<&str> = Some("category");

/// As in the catalogue of these tests.
pub const DEFINITIONS: &[Definition] = &[
    definition("pupils", PEOPLE, How::Sum, None),
    definition("boarders", PEOPLE, How::Sum, SEX),
    definition("entrants", PEOPLE, How::Sum, CATEGORY),
    Definition { decimals: 2, ..definition("pass_rate", Some("%"), How::WeightedBy("entrants"), CATEGORY) },
    Definition { decimals: 2, ..definition("plain_rate", Some("%"), How::Mean, CATEGORY) },
    Definition { decimals: 2, ..definition("sleep", Some("小时"), How::WeightedBy("pupils"), None) },
    definition("lowest", None, How::Least, None),
    definition("highest", None, How::Greatest, CATEGORY),
    definition("canteen", None, How::Trues, None),
    definition("balance", Some("元"), How::Last, None),
    definition("motto", None, How::OnlyOne, None),
    definition("area", None, How::OnlyOne, None),
    definition("drills", Some("次"), How::Sum, None),
    definition("mood", None, How::Last, SEX),
    Definition { decimals: 3, ..definition("boarding_rate", None, How::Quotient("boarders", "pupils"), None) },
    definition("drills_per_pupil", None, How::Quotient("drills", "pupils"), None),
    Definition { decimals: 0, ..definition("leavers", PEOPLE, How::Difference("pupils", "boarders"), None) },
    Definition { decimals: 1, ..definition("mixture", None, How::OneMore("drills"), None) },
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

    /// Whether it is one of the values.
    pub fn picks_one(&self) -> bool {
        matches!(self.how, How::Least | How::Greatest | How::Last | How::OnlyOne)
    }

    /// Whether every part of it can be broken down so.
    pub fn has(&self, dimension: &str) -> bool {
        self.parts().iter().all(|part| part.dimension == Some(dimension))
    }

    /// Whether it is reported for a period or for parts of it.
    pub fn can_be_asked_for(&self, period: &str) -> bool {
        self.parts().iter().all(|part| !split(period, part.form()).is_empty())
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

/// First and last day of a year or quarter.
pub fn days(period: &str) -> (NaiveDate, NaiveDate) {
    let (first, last) = match &period[4..] {
        "-Q1" => ("01-01", "03-31"),
        "-Q2" => ("04-01", "06-30"),
        "-Q3" => ("07-01", "09-30"),
        "-Q4" => ("10-01", "12-31"),
        _ => ("01-01", "12-31"),
    };
    let day = |day: &str| format!("{}-{day}", &period[..4]).parse().unwrap();
    (day(first), day(last))
}
