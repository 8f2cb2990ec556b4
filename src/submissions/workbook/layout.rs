//! Where the cells of a form stand in its workbook.
//!
//! An indicator without dimensions has a row, one with one dimension a row for each option, one with several a grid: the
//! options of the last along its columns, and the notes in a second grid below.

use std::fmt;

use crate::catalogue::document::{Choice, Field, Severity};
use crate::catalogue::{Catalogue, CompiledForm, CompiledIndicator, CompiledRule};
use crate::platform::workbook::column_name;
use crate::submissions::content::Dimensions;

/// The columns of the sheet.
pub(super) mod column {
    /// What row it is; hidden.
    pub const KEY: u16 = 0;
    /// Number of the field.
    pub const NUMBER: u16 = 1;
    /// Name of the indicator.
    pub const NAME: u16 = 2;
    /// Unit of measure.
    pub const UNIT: u16 = 3;
    /// What was reported for the period before.
    pub const PREVIOUS: u16 = 4;
    /// What is filled in.
    pub const VALUE: u16 = 5;
    /// A note on it, in two columns.
    pub const NOTE: u16 = 6;
    /// Where the note ends.
    pub const NOTE_END: u16 = 7;
    /// Advice, in four columns.
    pub const HELP: u16 = 8;
    /// Where the advice ends.
    pub const HELP_END: u16 = 11;
    /// Where a grid begins: two columns for each option.
    pub const GRID: u16 = 4;
}

/// The row that says which column is which; hidden, as the column of keys.
pub(super) const MARKER_ROW: u32 = 0;
/// The rows of the title.
pub(super) const TITLE_ROW: u32 = 1;
pub(super) const SCHOOL_ROW: u32 = 2;
pub(super) const LEGEND_ROW: u32 = 3;
/// The first row below.
pub(super) const FIRST_ROW: u32 = 4;

/// A cell of a sheet, by row and column from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub row: u32,
    pub column: u16,
}

impl Place {
    pub fn new(row: u32, column: u16) -> Self {
        Self { row, column }
    }
}

impl fmt::Display for Place {
    /// As spreadsheets name it: `D7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_name(self.column.into()), u64::from(self.row) + 1)
    }
}

/// Where something is filled in, and how its row is known again where somebody moved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub place: Place,
    /// What stands in the hidden column.
    pub key: String,
    /// What stands in the column of names.
    pub label: String,
}

/// A cell of the form: where its value and its note are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub indicator: String,
    pub dimensions: Dimensions,
    /// What it is called.
    pub name: String,
    pub value: Spot,
    pub note: Spot,
}

/// Where a warning is explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExplanationSlot {
    pub rule: String,
    pub text: Spot,
}

/// The sheet of a form.
#[derive(Debug)]
pub(super) struct Layout<'c> {
    pub blocks: Vec<Block<'c>>,
    pub slots: Vec<Slot>,
    pub explanations: Vec<ExplanationSlot>,
    /// The first row behind everything.
    pub end: u32,
    /// How many columns there are.
    pub width: u16,
}

/// A part of the sheet.
#[derive(Debug)]
pub(super) enum Block<'c> {
    /// Rows below a head.
    Table { head: u32, lines: Vec<Line<'c>> },
    /// A grid.
    Grid(Grid<'c>),
    /// A row for each warning, below a head.
    Explanations { head: u32, lines: Vec<(u32, &'c CompiledRule)> },
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'c> {
    /// Position on the form, from 1.
    pub number: usize,
    pub field: &'c Field,
    pub indicator: &'c CompiledIndicator,
}

/// A row for one cell.
#[derive(Debug)]
pub(super) struct Line<'c> {
    pub row: u32,
    pub asked: Asked<'c>,
    /// `3`, or `3.2` where there are several.
    pub number: String,
    /// Position among the slots.
    pub slot: usize,
}

/// Rows and columns for the cells of one indicator.
#[derive(Debug)]
pub(super) struct Grid<'c> {
    pub asked: Asked<'c>,
    pub title: u32,
    /// The row of the options; below it stands what is the last period, and what is this.
    pub head: u32,
    /// The options of the last dimension.
    pub columns: Vec<&'c Choice>,
    pub rows: Vec<GridRow>,
    /// The row above the notes.
    pub notes_head: u32,
    /// The rows of the notes.
    pub notes: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct GridRow {
    pub row: u32,
    pub label: String,
    /// Positions among the slots, a column each.
    pub slots: Vec<usize>,
}

impl<'c> Layout<'c> {
    pub fn of(catalogue: &'c Catalogue, form: &'c CompiledForm) -> Self {
        let mut builder = Builder::default();
        for (i, field) in form.definition.fields.iter().enumerate() {
            let Some(indicator) = catalogue.indicator(&field.indicator) else { continue };
            let asked = Asked { number: i + 1, field, indicator };
            if indicator.dimensions.len() < 2 {
                builder.add_lines(asked);
            } else {
                builder.add_grid(asked);
            }
        }
        builder.add_explanations(form);
        builder.finish()
    }

    /// The last row of the head of the first block.
    pub fn first_head(&self) -> Option<u32> {
        self.blocks.first().map(|block| match block {
            Block::Table { head, .. } | Block::Explanations { head, .. } => *head,
            Block::Grid(grid) => grid.head + 1,
        })
    }

    /// The slot of a cell.
    pub fn slot(&self, indicator: &str, dimensions: &Dimensions) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.indicator == indicator && slot.dimensions == *dimensions)
    }
}

impl Grid<'_> {
    /// What stands above the columns.
    pub fn column_labels(&self) -> Vec<String> {
        let across = self.asked.indicator.dimensions.last();
        let options = across.map(|dimension| dimension.options.as_slice()).unwrap_or_default();
        self.columns.iter().map(|option| option_label(options, option)).collect()
    }
}

/// How an option is shown: by its name, with its code where another has the same.
pub(super) fn option_label(options: &[Choice], option: &Choice) -> String {
    let name = &option.name.zh;
    if options.iter().any(|other| other.code != option.code && other.name.zh == *name) {
        format!("{name}（{}）", option.code)
    } else {
        name.clone()
    }
}

#[derive(Default)]
struct Builder<'c> {
    blocks: Vec<Block<'c>>,
    slots: Vec<Slot>,
    explanations: Vec<ExplanationSlot>,
    /// The next free row, from the first below the title.
    used: u32,
    width: u16,
}

impl<'c> Builder<'c> {
    fn next_row(&mut self) -> u32 {
        self.used += 1;
        FIRST_ROW + self.used - 1
    }

    /// Leaves a row empty between two blocks.
    fn begin_block(&mut self) {
        if !self.blocks.is_empty() {
            self.used += 1;
        }
    }

    fn add_lines(&mut self, asked: Asked<'c>) {
        if !matches!(self.blocks.last(), Some(Block::Table { .. })) {
            self.begin_block();
            let head = self.next_row();
            self.blocks.push(Block::Table { head, lines: Vec::new() });
        }
        let combinations = asked.indicator.combinations();
        let several = combinations.len() > 1 || !asked.indicator.dimensions.is_empty();
        for (i, dimensions) in combinations.into_iter().enumerate() {
            let row = self.next_row();
            let options = options_of(asked.indicator, &dimensions);
            let name = &asked.indicator.definition.name.zh;
            let label = if several { format!("{name}：{}", options.join("、")) } else { name.clone() };
            let number = asked.number;
            let number = if several { format!("{number}.{}", i + 1) } else { number.to_string() };
            let at = |column| Spot {
                place: Place::new(row, column),
                key: key_of(&asked.field.indicator, &dimensions),
                label: marked(&label, asked.field.required),
            };
            let (value, note) = (at(column::VALUE), at(column::NOTE));
            let slot = self.slots.len();
            self.slots.push(Slot { indicator: asked.field.indicator.clone(), dimensions, name: label, value, note });
            if let Some(Block::Table { lines, .. }) = self.blocks.last_mut() {
                lines.push(Line { row, asked, number, slot });
            }
        }
        self.width = self.width.max(column::HELP_END + 1);
    }

    fn add_grid(&mut self, asked: Asked<'c>) {
        let Some((across, _)) = asked.indicator.dimensions.split_last() else { return };
        self.begin_block();
        let (title, head, _) = (self.next_row(), self.next_row(), self.next_row());
        let columns: Vec<&Choice> = across.options.iter().collect();
        let mut combinations = asked.indicator.combinations();
        let mut rows = Vec::new();
        // The last dimension varies first, so that the cells of a row follow each other.
        while !combinations.is_empty() && !columns.is_empty() {
            let rest = combinations.split_off(columns.len().min(combinations.len()));
            rows.push((self.next_row(), combinations));
            combinations = rest;
        }
        let notes_head = self.next_row();
        let notes: Vec<u32> = rows.iter().map(|_| self.next_row()).collect();
        let rows = rows
            .into_iter()
            .zip(&notes)
            .map(|((row, cells), note_row)| self.grid_row(asked, &across.code, row, *note_row, cells));
        let rows = rows.collect();
        let cells = u16::try_from(columns.len()).unwrap_or(u16::MAX).saturating_mul(2);
        self.width = self.width.max(column::GRID.saturating_add(cells));
        self.blocks.push(Block::Grid(Grid { asked, title, head, columns, rows, notes_head, notes }));
    }

    fn grid_row(&mut self, asked: Asked<'c>, across: &str, row: u32, note_row: u32, cells: Vec<Dimensions>) -> GridRow {
        let mut down = cells.first().cloned().unwrap_or_default();
        down.remove(across);
        let label = options_of(asked.indicator, &down).join("、");
        let key = key_of(&asked.field.indicator, &down);
        let first = self.slots.len();
        for (dimensions, column) in cells.into_iter().zip((column::GRID..).step_by(2)) {
            let indicator = asked.field.indicator.clone();
            let value = Spot { place: Place::new(row, column + 1), key: key.clone(), label: label.clone() };
            let note = Spot { place: Place::new(note_row, column), key: format!("note:{key}"), label: label.clone() };
            let options = options_of(asked.indicator, &dimensions).join("、");
            let name = format!("{}：{options}", asked.indicator.definition.name.zh);
            self.slots.push(Slot { indicator, dimensions, name, value, note });
        }
        GridRow { row, label, slots: (first..self.slots.len()).collect() }
    }

    fn add_explanations(&mut self, form: &'c CompiledForm) {
        let warnings: Vec<&CompiledRule> =
            form.rules.iter().filter(|rule| rule.definition.severity == Severity::Warning).collect();
        if warnings.is_empty() {
            return;
        }
        self.begin_block();
        let head = self.next_row();
        let lines: Vec<_> = warnings.into_iter().map(|rule| (self.next_row(), rule)).collect();
        self.explanations.extend(lines.iter().map(|(row, rule)| {
            let key = format!("rule:{}", rule.definition.code);
            let label = rule.definition.message.zh.clone();
            let text = Spot { place: Place::new(*row, column::NOTE), key, label };
            ExplanationSlot { rule: rule.definition.code.clone(), text }
        }));
        self.width = self.width.max(column::HELP_END + 1);
        self.blocks.push(Block::Explanations { head, lines });
    }

    fn finish(self) -> Layout<'c> {
        let Self { blocks, slots, explanations, used, width } = self;
        Layout { blocks, slots, explanations, end: FIRST_ROW + used, width: width.max(column::HELP_END + 1) }
    }
}

/// A name, with a star where a value is needed.
pub(super) fn marked(name: &str, required: bool) -> String {
    if required { format!("{name} *") } else { name.to_owned() }
}

/// The names of the options, in the order of the dimensions.
fn options_of(indicator: &CompiledIndicator, dimensions: &Dimensions) -> Vec<String> {
    let dimension = indicator.dimensions.iter();
    dimension
        .filter_map(|dimension| {
            let code = dimensions.get(&dimension.code)?;
            let option = dimension.options.iter().find(|option| option.code == *code)?;
            Some(option_label(&dimension.options, option))
        })
        .collect()
}

/// How a row is known: `gaokao.undergraduate[exam_category=arts]`.
fn key_of(indicator: &str, dimensions: &Dimensions) -> String {
    if dimensions.is_empty() { indicator.to_owned() } else { format!("{indicator}[{}]", written(dimensions)) }
}

/// Dimensions as a text: `exam_category=arts;sex=girls`. Codes have none of these signs.
pub(super) fn written(dimensions: &Dimensions) -> String {
    dimensions.iter().map(|(code, option)| format!("{code}={option}")).collect::<Vec<_>>().join(";")
}

/// Reads what [`written`] writes.
pub(super) fn dimensions_of(text: &str) -> Option<Dimensions> {
    let parts = text.split(';').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').map(|(code, option)| (code.to_owned(), option.to_owned()))).collect()
}
