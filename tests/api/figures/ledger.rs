//! The ledger in the naive model: its lines, and which of them count.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::county::{BUREAU, County, JUNIOR, ONE, THREE, TWO};
use super::model::Options;
use super::terms::{Booked, Definition, Labels, days};

/// What classifies a budget item, which never changes.
#[derive(Debug)]
pub struct Item {
    pub code: &'static str,
    pub year: i32,
    pub organisation: &'static str,
    pub project: Option<&'static str>,
    pub function: Option<&'static str>,
    pub economic: &'static str,
    pub fund: Option<&'static str>,
    pub is_procurement: bool,
    pub is_lump: bool,
}

pub const PROJECTS: [&str; 2] = ["p1", "p2"];

const fn item(
    (code, year, organisation): (&'static str, i32, &'static str),
    project: Option<&'static str>,
    (function, economic, fund): (Option<&'static str>, &'static str, Option<&'static str>),
    (is_procurement, is_lump): (bool, bool),
) -> Item {
    Item { code, year, organisation, project, function, economic, fund, is_procurement, is_lump }
}

const GIRLS: Option<&str> = Some("girls");
const BOYS: Option<&str> = Some("boys");
const ARTS: Option<&str> = Some("arts");
const SCIENCE: Option<&str> = Some("science");

pub const ITEMS: [Item; 9] = [
    item(("lump", 2022, BUREAU), Some("p1"), (ARTS, "30201", GIRLS), (false, true)),
    item(("a", 2022, ONE), Some("p1"), (ARTS, "30101", GIRLS), (false, false)),
    item(("b", 2022, ONE), None, (SCIENCE, "30102", BOYS), (true, false)),
    item(("c", 2022, TWO), Some("p2"), (SCIENCE, "30102", GIRLS), (true, false)),
    item(("d", 2022, TWO), Some("p1"), (None, "30201", GIRLS), (true, false)),
    item(("e", 2022, JUNIOR), Some("p2"), (ARTS, "30101", None), (false, false)),
    item(("f", 2021, THREE), Some("p2"), (ARTS, "30101", GIRLS), (true, false)),
    item(("g", 2021, ONE), Some("p1"), (SCIENCE, "30201", BOYS), (false, false)),
    item(("h", 2022, "teaching"), Some("p2"), (SCIENCE, "30201", BOYS), (true, false)),
];

/// Something that is entered.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A kind of entry.
    Budget(&'static str, Decimal, NaiveDate),
    Payment(&'static str, Decimal, NaiveDate),
    Plan([Decimal; 12]),
}

/// All that was entered, in its order, and what projects are known to be.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: Vec<(usize, Entry)>,
    categories: BTreeMap<&'static str, &'static str>,
}

/// A line that counts.
pub struct Line {
    pub school: Option<&'static str>,
    pub organisation: &'static str,
    /// The options of dimensions, and the project.
    pub keys: Options,
    pub value: Decimal,
}

impl Ledger {
    /// Items and projects are there from the beginning.
    pub async fn begin(county: &County) {
        let projects = PROJECTS.map(|code| format!("(1, '{code}', '{BUREAU}', NULL)")).join(", ");
        county.app.execute(&format!("INSERT INTO projects VALUES {projects} ON CONFLICT DO NOTHING")).await;
        for item in &ITEMS {
            let Item { code, year, organisation, economic, is_procurement, is_lump, .. } = item;
            let [school, project, function, fund] = [item.school(), item.project, item.function, item.fund].map(text);
            county
                .app
                .execute(&format!(
                    "INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, school, project, name, function,
                         economic, fund, is_procurement, recorded_by, recorded_at)
                     VALUES (1, '{code}', {year}, {is_lump}, '{organisation}', {school}, {project}, '{code}', {function},
                         '{economic}', {fund}, {is_procurement}, 'user:finance', now())
                     ON CONFLICT DO NOTHING"
                ))
                .await;
        }
    }

    pub async fn enter(&mut self, county: &County, item: usize, entry: Entry) {
        let Item { code, year, .. } = &ITEMS[item];
        let (school, number) = (text(ITEMS[item].school()), self.entries.len());
        let paid = self
            .entries
            .iter()
            .position(|(_, entry)| matches!(entry, Entry::Payment(_, amount, _) if *amount > Decimal::ZERO));
        let entry = match entry {
            // Only what was paid can be taken back.
            Entry::Payment(how, amount, day) if paid.is_none() => Entry::Payment(how, amount.abs(), day),
            entry => entry,
        };
        let statement = match &entry {
            Entry::Budget(kind, amount, day) => {
                let counterpart = if ["received", "detailed"].contains(kind) { "'other'" } else { "NULL" };
                format!(
                    "INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, counterpart,
                         recorded_by, recorded_at)
                     SELECT 1, '{code}', {number}, {year}, {school}, '{kind}', {amount}, '{day}', {counterpart},
                         'user:finance', now FROM now"
                )
            }
            Entry::Payment(how, amount, day) => {
                let reverses = paid.filter(|_| *amount < Decimal::ZERO).map(|voucher| format!("v{voucher}"));
                format!(
                    "INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, payment_type, reverses,
                         recorded_by, recorded_at)
                     SELECT 1, 'v{number}', '{code}', {year}, {school}, {amount}, '{day}', '{how}', {},
                         'client:finance', now FROM now",
                    text(reverses.as_deref())
                )
            }
            Entry::Plan(months) => {
                let months = months.map(|amount| amount.to_string()).join(", ");
                format!(
                    ", past AS (
                         UPDATE payment_plans SET superseded_at = now FROM now
                         WHERE bureau_id = 1 AND item = '{code}' AND superseded_at IS NULL
                         RETURNING revision
                     )
                     INSERT INTO payment_plans (bureau_id, item, revision, school, months, recorded_by, recorded_at)
                     SELECT 1, '{code}', coalesce((SELECT revision FROM past), 0) + 1, {school}, ARRAY[{months}],
                         'user:finance', now FROM now"
                )
            }
        };
        county.record(&statement).await;
        self.entries.push((item, entry));
    }

    /// A project is known to be of another category.
    pub async fn categorise(&mut self, county: &County, project: &'static str, category: &'static str) {
        county
            .record(&format!(
                ", past AS (
                     UPDATE project_revisions SET superseded_at = now FROM now
                     WHERE bureau_id = 1 AND project = '{project}' AND superseded_at IS NULL
                     RETURNING revision
                 )
                 INSERT INTO project_revisions (bureau_id, project, revision, name, category, section, first_year, last_year,
                     is_key, is_special_fund, state, action, recorded_by, recorded_at)
                 SELECT 1, '{project}', coalesce((SELECT revision FROM past), 0) + 1, '{project}', '{category}', 'teaching',
                     2021, 2022, false, false, 'under_way', 'update', 'user:officer', now FROM now"
            ))
            .await;
        self.categories.insert(project, category);
    }

    /// The lines that an indicator looks at in a period, wherever they stand.
    pub fn that_count(&self, definition: &Definition, booked: &Booked, period: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        for (i, (number, entry)) in self.entries.iter().enumerate() {
            let item = &ITEMS[*number];
            let is_newest =
                !self.entries[i + 1..].iter().any(|(other, entry)| other == number && matches!(entry, Entry::Plan(_)));
            let (kind, payment_type, amount) = match entry {
                Entry::Budget(kind, amount, day) if lies_in(item, *day, booked, period) => (*kind, None, *amount),
                Entry::Payment(how, amount, day) if lies_in(item, *day, booked, period) => {
                    ("payment", Some(*how), *amount)
                }
                Entry::Plan(months) if is_newest => {
                    let month = |month: u32| NaiveDate::from_ymd_opt(item.year, month, 1).unwrap();
                    let months: Vec<Decimal> = (1..=12)
                        .filter(|number| lies_in(item, month(*number), booked, period))
                        .map(|number| months[usize::try_from(number).unwrap() - 1])
                        .collect();
                    if months.is_empty() {
                        continue;
                    }
                    ("plan", None, months.iter().sum())
                }
                _ => continue,
            };
            let labels = Labels {
                item,
                category: item.project.and_then(|code| self.categories.get(code).copied()),
                payment_type,
            };
            let Some((_, sign)) = booked.signs.iter().find(|(each, _)| *each == kind) else { continue };
            let keys = [("project", item.project), ("category", item.function), ("sex", item.fund)];
            let keys: Options =
                keys.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect();
            if (booked.only)(&labels) && definition.dimensions.iter().all(|dimension| keys.contains_key(*dimension)) {
                let value = amount * Decimal::from(*sign);
                lines.push(Line { school: item.school(), organisation: item.organisation, keys, value });
            }
        }
        lines
    }
}

impl Item {
    fn school(&self) -> Option<&'static str> {
        Some(self.organisation).filter(|code| code.len() == 10)
    }
}

/// Whether a day of an item lies in what is looked at of a period.
fn lies_in(item: &Item, day: NaiveDate, booked: &Booked, period: &str) -> bool {
    let (first, last) = days(period);
    let day = day.max(NaiveDate::from_ymd_opt(item.year, 1, 1).unwrap());
    day <= last && if booked.at_end { item.year == last.year() } else { first <= day }
}

fn text(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"))
}
