//! Figures out of loops over what happened.

use std::collections::BTreeSet;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::super::county::{BUREAU, Honour, THREE};
use super::super::honours;
use super::super::ledger::{Line, PROJECTS};
use super::super::terms::{Definition, How, Question, STAGES, days, find, options_of, split};
use super::{Model, Options, School};

/// The keys of a breakdown that are properties of schools; the others are dimensions.
const OF_SCHOOLS: [&str; 3] = ["school", "stage", "township"];

impl Model {
    /// How many values there are behind the only figure of a question.
    pub fn records(&self, question: &Question) -> usize {
        let definition = find(question.indicators[0]);
        if definition.is_listed() {
            let all = self.listed(definition, question.period);
            return all.iter().filter(|each| self.listed_is_in(each, question, &[])).count();
        }
        let cells = self.cells(question, definition, question.period);
        cells.iter().filter(|cell| self.cell_is_in(cell, question, &[])).count()
    }

    /// The items of the answer.
    pub fn answer(&self, question: &Question) -> Vec<Value> {
        let mut items = Vec::new();
        for code in &question.indicators {
            let definition = find(code);
            for group in self.groups(question, definition) {
                items.push(self.item(question, definition, &group));
            }
        }
        items
    }

    fn item(&self, question: &Question, definition: &Definition, group: &[Option<String>]) -> Value {
        let [value, numerator, denominator] = self.number(question, definition, question.period, group);
        let previous = question.compare.map(|(_, period)| {
            let [then, ..] = self.number(question, definition, period, group);
            let change = value.zip(then).map(|(now, then)| now - then);
            let growth =
                change.zip(then).filter(|(_, then)| !then.is_zero()).map(|(change, then)| rounded(change / then, 4));
            json!({ "period": period, "value": exact(then), "change": exact(change), "growth": exact(growth) })
        });
        let mut expected = BTreeSet::new();
        let mut incomplete = BTreeSet::new();
        let mut records = [0, 0];
        for part in definition.parts() {
            if part.is_listed() {
                for each in self.listed(part, question.period) {
                    if self.listed_is_in(&each, question, group) {
                        records[0] += 1;
                        records[1] += usize::from(each.has_measure);
                    }
                }
                continue;
            }
            for report in self.expected(question, part, question.period) {
                if self.is_in(report.1, question, group) {
                    let cells = self.cells(question, part, question.period);
                    let has_any =
                        cells.iter().any(|cell| cell.report == report && self.cell_is_in(cell, question, group));
                    if !has_any {
                        incomplete.insert(report.clone());
                    }
                    expected.insert(report);
                }
            }
        }
        let by: Vec<(String, Value)> =
            question.by.iter().zip(group).map(|(key, part)| ((*key).to_owned(), json!(part))).collect();
        json!({
            "indicator": definition.code,
            "period": question.period,
            "group": by.into_iter().collect::<serde_json::Map<_, _>>(),
            "value": exact(value),
            "unit": definition.unit,
            "numerator": exact(numerator),
            "denominator": exact(denominator),
            "previous": previous,
            "coverage": {
                "expected": expected.len() + records[0],
                "reported": expected.len() - incomplete.len() + records[1],
            },
        })
    }

    /// Value, numerator and denominator.
    fn number(
        &self,
        question: &Question,
        definition: &Definition,
        period: &str,
        group: &[Option<String>],
    ) -> [Option<Decimal>; 3] {
        let of = |code| self.aggregate(question, find(code), period, group);
        let round = |value: Option<Decimal>| value.map(|value| rounded(value, definition.decimals));
        match definition.how {
            How::Quotient(a, b) => {
                let ([a, ..], [b, ..]) = (of(a), of(b));
                let quotient = a.zip(b).filter(|(_, b)| !b.is_zero()).map(|(a, b)| a / b);
                [round(quotient), a, b]
            }
            How::Difference(a, b) => {
                let ([a, ..], [b, ..]) = (of(a), of(b));
                [round(a.zip(b).map(|(a, b)| a - b)), None, None]
            }
            How::OneMore(a) => [round(of(a)[0].map(|a| a + Decimal::ONE)), None, None],
            How::Mean | How::WeightedBy(_) => {
                let [value, a, b] = of(definition.code);
                [round(value), a, b]
            }
            _ => of(definition.code),
        }
    }

    fn aggregate(
        &self,
        question: &Question,
        definition: &Definition,
        period: &str,
        group: &[Option<String>],
    ) -> [Option<Decimal>; 3] {
        if definition.is_listed() {
            let mut all = self.listed(definition, period);
            all.retain(|each| self.listed_is_in(each, question, group));
            let total = match definition.counted() {
                Some(counted) => {
                    let honours: Vec<&Honour> = all.iter().filter_map(|each| each.honour).collect();
                    honours::measure(&honours, counted)
                }
                None => all.iter().map(|each| each.value).sum(),
            };
            return [Some(total), None, None];
        }
        let all = self.cells(question, definition, period);
        let cells: Vec<&Counted> = all.iter().filter(|cell| self.cell_is_in(cell, question, group)).collect();
        if cells.is_empty() {
            return [None; 3];
        }
        let numbers: Vec<Decimal> = cells.iter().filter_map(|cell| cell.number).collect();
        let sum: Decimal = numbers.iter().sum();
        let value = match definition.how {
            How::Sum | How::Trues => Some(sum),
            How::Mean => return [Some(sum / Decimal::from(numbers.len())), Some(sum), Some(numbers.len().into())],
            How::WeightedBy(weight) => return self.weigh(question, find(weight), period, &cells),
            How::Least => numbers.iter().min().copied(),
            How::Greatest => numbers.iter().max().copied(),
            How::Last => {
                let latest = |cell: &&&Counted| {
                    (days(&cell.report.0).1, cell.since, self.schools[cell.report.1].code, cell.options.clone())
                };
                cells.iter().max_by_key(latest).and_then(|cell| cell.number)
            }
            How::OnlyOne => numbers.first().copied().filter(|_| cells.len() == 1),
            _ => unreachable!("a formula is not aggregated"),
        };
        [value, None, None]
    }

    fn weigh(
        &self,
        question: &Question,
        weight: &Definition,
        period: &str,
        cells: &[&Counted],
    ) -> [Option<Decimal>; 3] {
        let everything = Question { only: Vec::new(), ..question.clone() };
        let weights = self.cells(&everything, weight, period);
        let (mut weighted, mut total) = (Decimal::ZERO, Decimal::ZERO);
        for cell in cells {
            for weight in &weights {
                if weight.report == cell.report && (weight.options.is_empty() || weight.options == cell.options) {
                    weighted += cell.number.unwrap() * weight.number.unwrap();
                    total += weight.number.unwrap();
                }
            }
        }
        let value = (!total.is_zero()).then(|| weighted / total);
        [value, Some(weighted), Some(total)]
    }

    /// Everything of an indicator that counts.
    fn cells(&self, question: &Question, definition: &Definition, period: &str) -> Vec<Counted> {
        let mut cells = Vec::new();
        for (sub, school) in self.expected(question, definition, period) {
            for (slot, submission) in &self.submissions {
                if slot.form != definition.form() || slot.period != sub || slot.school != self.schools[school].code {
                    continue;
                }
                let standing = if question.basis == "accepted" { &submission.accepted } else { &submission.submitted };
                let Some(standing) = standing else { continue };
                for cell in &submission.revisions[standing.revision] {
                    if cell.indicator == definition.code {
                        cells.push(Counted {
                            report: (sub.clone(), school),
                            options: cell.options.clone(),
                            number: number(&cell.value),
                            since: standing.since,
                        });
                    }
                }
            }
        }
        cells
    }

    /// The reports that are expected: period and school.
    fn expected(&self, question: &Question, definition: &Definition, period: &str) -> Vec<(String, usize)> {
        let mut reports = Vec::new();
        for sub in split(period, definition.form()) {
            for (i, school) in self.schools.iter().enumerate() {
                let (first, last) = days(&sub);
                let is_addressed = match definition.form() {
                    "exams" => school.code != THREE,
                    "quarterly" => school.stage == "primary",
                    _ => true,
                };
                let is_open = school.opened_on <= last && school.closed_on.is_none_or(|closed_on| first < closed_on);
                if is_addressed && is_open && self.is_asked_for(i, question) {
                    reports.push((sub.clone(), i));
                }
            }
        }
        reports
    }

    fn is_asked_for(&self, school: usize, question: &Question) -> bool {
        let School { code, parent, .. } = self.schools[school];
        let mut above = parent;
        let mut is_within = question.within.is_none_or(|within| within == code || within == BUREAU);
        while let Some(organisation) = above {
            is_within |= question.within == Some(organisation);
            above = self.schools.iter().find(|school| school.code == organisation).and_then(|school| school.parent);
        }
        let is_part = |(key, value): &(&str, &str)| self.property(school, key).unwrap_or_default() == *value;
        let asked = question.only.iter().filter(|(key, _)| OF_SCHOOLS.contains(key)).all(is_part);
        is_within && asked
    }

    /// What a key of schools says of one.
    fn property(&self, school: usize, key: &str) -> Option<String> {
        let school = &self.schools[school];
        let property = match key {
            "school" => Some(school.code),
            "stage" => Some(school.stage),
            _ => school.township,
        };
        property.map(str::to_owned)
    }

    fn is_in(&self, school: usize, question: &Question, group: &[Option<String>]) -> bool {
        let is_part =
            |(key, part): (&&str, &Option<String>)| !OF_SCHOOLS.contains(key) || self.property(school, key) == *part;
        question.by.iter().zip(group).all(is_part)
    }

    fn cell_is_in(&self, cell: &Counted, question: &Question, group: &[Option<String>]) -> bool {
        let of_dimension = |key: &str, part: Option<&str>| {
            OF_SCHOOLS.contains(&key) || cell.options.get(key).map(String::as_str) == part
        };
        self.is_in(cell.report.1, question, group)
            && question.by.iter().zip(group).all(|(key, part)| of_dimension(key, part.as_deref()))
            && question.only.iter().all(|(key, value)| of_dimension(key, Some(value)))
    }

    /// The honours, or lines of the ledger, that an indicator looks at in a period.
    fn listed(&self, definition: &Definition, period: &str) -> Vec<Listed<'_>> {
        if let Some(counted) = definition.counted() {
            let honours = honours::that_count(self, definition, counted, period);
            let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
            let listed = |honour: &'_ Honour| (honour.school, honour.fields.iter().filter_map(text).collect());
            return honours
                .into_iter()
                .map(|honour| {
                    let ((school, keys), has_measure) = (listed(honour), honours::has_measure(honour, counted));
                    Listed { school, section: None, keys, has_measure, value: Decimal::ZERO, honour: Some(honour) }
                })
                .collect();
        }
        let booked = definition.booked().expect("it is counted or booked");
        let listed = |Line { school, organisation, keys, value }| {
            let section = Some(organisation).filter(|_| school.is_none());
            Listed { school, section, keys, has_measure: true, value, honour: None }
        };
        self.ledger.that_count(definition, booked, period).into_iter().map(listed).collect()
    }

    /// Whether it belongs to a group; what is of no school has no property of one.
    fn listed_is_in(&self, each: &Listed<'_>, question: &Question, group: &[Option<String>]) -> bool {
        let school = each.school.map(|code| self.schools.iter().position(|school| school.code == code).unwrap());
        let property = |key: &str| match school {
            _ if !OF_SCHOOLS.contains(&key) => each.keys.get(key).cloned(),
            Some(school) => self.property(school, key),
            None => None,
        };
        let is_reached = match school {
            Some(school) => self.is_asked_for(school, question),
            None => question.within.is_none_or(|within| within == BUREAU || each.section == Some(within)),
        };
        is_reached
            && question.only.iter().all(|(key, value)| property(key).unwrap_or_default() == *value)
            && question.by.iter().zip(group).all(|(key, part)| property(key) == *part)
    }

    /// Whether any part is listed, and a school of the group is open or something in it is listed; of projects, whether
    /// anything is.
    fn counts_in(&self, question: &Question, definition: &Definition, group: &[Option<String>]) -> bool {
        let periods: Vec<&str> =
            [Some(question.period), question.compare.map(|(_, period)| period)].into_iter().flatten().collect();
        // Where schools are told apart, the dimensions of a group do not matter.
        let by_project = question.by.contains(&"project");
        let of_schools = |key: &str| OF_SCHOOLS.contains(&key) || by_project;
        let keys = question.by.iter().zip(group).filter(|(key, _)| of_schools(key));
        let (by, group): (Vec<&str>, Vec<Option<String>>) = keys.map(|(key, part)| (*key, part.clone())).unzip();
        let question = &Question { by, ..question.clone() };
        let is_open = |school: usize, period: &str| {
            let (first, last) = days(period);
            let School { opened_on, closed_on, .. } = self.schools[school];
            opened_on <= last && closed_on.is_none_or(|closed_on| first < closed_on)
        };
        definition.parts().iter().filter(|part| part.is_listed()).any(|part| {
            periods.iter().any(|period| {
                self.listed(part, period).iter().any(|each| self.listed_is_in(each, question, &group))
                    || !by_project
                        && (0..self.schools.len()).any(|school| {
                            is_open(school, period)
                                && self.is_asked_for(school, question)
                                && self.is_in(school, question, &group)
                        })
            })
        })
    }

    /// All groups, in the order in which they are listed.
    fn groups(&self, question: &Question, definition: &Definition) -> Vec<Vec<Option<String>>> {
        let mut schools = BTreeSet::new();
        for period in [Some(question.period), question.compare.map(|(_, period)| period)].into_iter().flatten() {
            for part in definition.parts().into_iter().filter(|part| !part.is_listed()) {
                schools.extend(self.expected(question, part, period).into_iter().map(|(_, school)| school));
            }
        }
        let mut groups = vec![Vec::new()];
        for key in &question.by {
            let parts: Vec<Option<String>> = match *key {
                "school" => self.schools.iter().map(|school| Some(school.code.to_owned())).chain([None]).collect(),
                "stage" => STAGES.iter().map(|stage| Some((*stage).to_owned())).chain([None]).collect(),
                "township" => {
                    ["东乡", "西乡"].into_iter().map(|township| Some(township.to_owned())).chain([None]).collect()
                }
                "project" => PROJECTS.iter().map(|code| Some((*code).to_owned())).chain([None]).collect(),
                dimension => options_of(dimension).into_iter().map(|option| Some(option.to_owned())).collect(),
            };
            let is_asked_for = |part: &&Option<String>| {
                OF_SCHOOLS.contains(key)
                    || *key == "project"
                    || question.only.iter().all(|(only, value)| only != key || part.as_deref() == Some(*value))
            };
            let parts: Vec<&Option<String>> = parts.iter().filter(is_asked_for).collect();
            groups = groups
                .iter()
                .flat_map(|group: &Vec<Option<String>>| {
                    parts.iter().map(|part| [group.clone(), vec![(*part).clone()]].concat()).collect::<Vec<_>>()
                })
                .collect();
        }
        let is_of_schools = question.by.iter().any(|key| OF_SCHOOLS.contains(key) || *key == "project");
        groups.retain(|group| {
            !is_of_schools
                || schools.iter().any(|school| self.is_in(*school, question, group))
                || self.counts_in(question, definition, group)
        });
        groups
    }
}

/// An honour, or a line of the ledger, that an indicator looks at.
struct Listed<'m> {
    school: Option<&'static str>,
    /// Whose it is, where it is a line of no school.
    section: Option<&'static str>,
    keys: Options,
    has_measure: bool,
    value: Decimal,
    honour: Option<&'m Honour>,
}

/// A cell that counts.
struct Counted {
    /// Period and school.
    report: (String, usize),
    options: Options,
    number: Option<Decimal>,
    since: usize,
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Bool(value) => Some(u8::from(*value).into()),
        Value::Number(number) => Some(number.to_string().parse().unwrap()),
        _ => None,
    }
}

fn rounded(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

fn exact(number: Option<Decimal>) -> Value {
    number.map_or(Value::Null, |number| serde_json::from_str(&number.normalize().to_string()).unwrap())
}
