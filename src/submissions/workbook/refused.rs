//! What is wrong with a workbook that was sent: as violations at its cells, and as marks in the workbook that goes back.

use std::collections::HashSet;

use super::filling::{CellId, Filling};
use super::layout::{Layout, Place, Slot};
use super::map::MAP_SHEET;
use super::problems::Problem;
use super::sent::{Found, Held, Sent, SentCell};
use super::typed;
use super::write::{Assignment, write};
use crate::platform::error::{Result, Violation, ViolationCode};
use crate::platform::message::{Language, Message};
use crate::submissions::content::Dimensions;

/// Something that is wrong, and with what.
#[derive(Debug, Clone)]
pub(in crate::submissions) struct Complaint {
    pub about: About,
    pub code: ViolationCode,
    pub message: Message,
}

/// With what something is wrong.
#[derive(Debug, Clone)]
pub(in crate::submissions) enum About {
    /// The value of a cell, by its position among those that were sent.
    Value(usize),
    /// The note on it.
    Note(usize),
    /// The explanation of a warning, by the code of its rule.
    Explanation(String),
    /// What stands where nothing is asked, by its position among that.
    Stray(usize),
    /// Several cells together.
    Cells(Vec<CellId>),
    /// What the hidden sheet says in a row of its own.
    Map(u32),
    /// All of it.
    Everything,
}

/// A workbook that was refused, on its way back.
pub(in crate::submissions) struct Refused {
    assignment: Assignment,
    complaints: Vec<Complaint>,
}

impl About {
    /// Where the hidden sheet says it; nothing of what it does not say.
    pub fn pointer(&self) -> String {
        match self {
            Self::Map(row) => format!("{MAP_SHEET}!B{}", row + 1),
            _ => String::new(),
        }
    }
}

impl Complaint {
    /// The same at the cell of the workbook that was sent.
    pub fn violation(&self, sent: &Sent) -> Violation {
        let violation = |pointer| Violation::new(pointer, self.code, self.message.clone());
        match self.found(sent).first() {
            Some(found) => violation(sent.at(found.place)).at_cell(found.place.to_string()),
            None => violation(self.about.pointer()),
        }
    }

    /// Where it is in the workbook that was sent.
    fn found<'s>(&self, sent: &'s Sent) -> Vec<&'s Found> {
        match &self.about {
            About::Value(i) => sent.cells.get(*i).map(|cell| &cell.value).into_iter().collect(),
            About::Note(i) => sent.cells.get(*i).map(|cell| &cell.note).into_iter().collect(),
            About::Explanation(rule) => {
                sent.explanations.iter().filter(|each| each.rule == *rule).map(|each| &each.text).collect()
            }
            About::Stray(i) => sent.stray.get(*i).into_iter().collect(),
            About::Cells(ids) => {
                let ids: HashSet<(&str, &Dimensions)> =
                    ids.iter().map(|(indicator, dimensions)| (indicator.as_str(), dimensions)).collect();
                let cells = sent.cells.iter().filter(|cell| ids.contains(&(cell.indicator.as_str(), &cell.dimensions)));
                cells.map(|cell| &cell.value).collect()
            }
            About::Map(_) | About::Everything => Vec::new(),
        }
    }

    /// The same in the workbook that goes back.
    fn problem(&self, sent: &Sent, layout: &Layout<'_>) -> Problem {
        let of = |cell: Option<&SentCell>, place: fn(&Slot) -> Place| {
            let slot = cell.and_then(|cell| layout.slot(&cell.indicator, &cell.dimensions));
            let label = cell.map(|cell| cell.label.as_str()).unwrap_or_default();
            (slot.map(place).into_iter().collect::<Vec<_>>(), slot.map_or(label, |slot| &slot.name).to_owned())
        };
        let (places, about) = match &self.about {
            About::Value(i) => of(sent.cells.get(*i), |slot| slot.value.place),
            About::Note(i) => of(sent.cells.get(*i), |slot| slot.note.place),
            About::Explanation(rule) => {
                let slots = layout.explanations.iter().filter(|slot| slot.rule == *rule);
                (slots.map(|slot| slot.text.place).collect(), "说明原因".to_owned())
            }
            About::Cells(ids) => {
                let slots = ids.iter().filter_map(|(indicator, dimensions)| layout.slot(indicator, dimensions));
                let names: Vec<String> = slots.clone().take(3).map(|slot| slot.name.clone()).collect();
                let more = if ids.len() > names.len() { "等" } else { "" };
                (slots.map(|slot| slot.value.place).collect(), format!("{}{more}", names.join("、")))
            }
            About::Stray(i) => (Vec::new(), sent.stray.get(*i).map(|found| sent.at(found.place)).unwrap_or_default()),
            About::Map(_) | About::Everything => (Vec::new(), "整份工作簿".to_owned()),
        };
        let sent = match self.found(sent).as_slice() {
            [found] => typed::entry(&found.held).map(|entry| entry.to_string()).unwrap_or_default(),
            _ => String::new(),
        };
        let message = self.message.text(Language::Chinese);
        let message = match self.about {
            About::Stray(_) => format!("{message}（退回的工作簿中已没有这一内容）"),
            _ => message.to_owned(),
        };
        Problem { places, about: plain(&about).to_owned(), sent, message }
    }
}

/// What was lost where that is said of another cell: each cell is marked in which something has to be filled in anew.
fn lost_as_well(sent: &Sent, layout: &Layout<'_>) -> Vec<Problem> {
    let problem = |found: &Found, place: Option<Place>, about: &str| {
        matches!(found.held, Held::LostAsWell(_)).then(|| Problem {
            places: place.into_iter().collect(),
            about: plain(about).to_owned(),
            sent: typed::entry(&found.held).map(|entry| entry.to_string()).unwrap_or_default(),
            message: "无法确定是哪一项的内容，没有带过来；请重新填写，或者清除".to_owned(),
        })
    };
    let of_cells = sent.cells.iter().flat_map(|cell| {
        let slot = layout.slot(&cell.indicator, &cell.dimensions);
        let places = [slot.map(|slot| slot.value.place), slot.map(|slot| slot.note.place)];
        let found = [&cell.value, &cell.note].into_iter().zip(places);
        found.filter_map(move |(found, place)| problem(found, place, &cell.label))
    });
    let of_explanations = sent.explanations.iter().filter_map(|each| {
        let slot = layout.explanations.iter().find(|slot| slot.rule == each.rule);
        problem(&each.text, slot.map(|slot| slot.text.place), "说明原因")
    });
    of_cells.chain(of_explanations).collect()
}

/// A name without the star that says that a value is needed.
fn plain(label: &str) -> &str {
    label.trim_end_matches('*').trim_end()
}

impl Refused {
    /// With its complaints in the order of the cells.
    pub fn new(assignment: Assignment, mut complaints: Vec<Complaint>, sent: &Sent) -> Self {
        complaints.sort_by_cached_key(|complaint| complaint.found(sent).first().map(|found| found.place));
        Self { assignment, complaints }
    }

    /// The workbook with what was sent in its cells, and what is wrong with them. It is long work, of a blocking kind.
    pub fn annotated(&self, sent: &Sent) -> Result<Vec<u8>> {
        let form = self.assignment.sheet.form()?;
        let layout = Layout::of(&self.assignment.sheet.catalogue, form);
        let mut problems: Vec<Problem> =
            self.complaints.iter().map(|complaint| complaint.problem(sent, &layout)).collect();
        problems.extend(
            sent.cells.iter().filter(|cell| layout.slot(&cell.indicator, &cell.dimensions).is_none()).filter_map(
                |cell| {
                    let sent = typed::entry(&cell.value.held)?.to_string();
                    let message = "现行表单已没有这一项，所填内容没有带过来。".to_owned();
                    Some(Problem { places: Vec::new(), about: plain(&cell.label).to_owned(), sent, message })
                },
            ),
        );
        problems.extend(lost_as_well(sent, &layout));
        write(&self.assignment, &Filling::sent(&self.assignment.sheet.catalogue, sent), &problems)
    }

    /// Everything that is wrong, at the cells of the workbook that was sent.
    pub fn violations(&self, sent: &Sent) -> Vec<Violation> {
        self.complaints.iter().map(|complaint| complaint.violation(sent)).collect()
    }
}
