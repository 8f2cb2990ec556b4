//! Report templates: how their texts are written, and that what they ask for is there.

use std::collections::{BTreeMap, HashMap};

use super::{Compiler, Indicators, is_simple_code};
use crate::catalogue::compiled::{CompiledIndicator, CompiledRegister};
use crate::catalogue::document::{
    EvaluationOf, ReportTemplate, TemplateBlock, TemplateChart, TemplateSection, TemplateSheet, TemplateTable,
};
use crate::catalogue::period::Period;
use crate::catalogue::sentences::{Reference, Sentence};
use crate::platform::error::ViolationCode;
use crate::say;

/// The most report templates of a catalogue.
const MAX_TEMPLATES: usize = 50;
/// How deep sections lie within each other.
const MAX_LEVEL: usize = 4;
/// The most sections and blocks of a template together.
const MAX_PARTS: usize = 1_000;
/// The longest text, in characters.
const MAX_TEXT: usize = 10_000;
/// How many years a relative period may lie before or after that of the report.
const MAX_YEARS: i32 = 50;

/// By what figures are broken down besides dimensions.
const KEYS: [&str; 4] = ["school", "stage", "township", "project"];

struct World<'a> {
    indicators: &'a Indicators,
    registers: &'a HashMap<String, CompiledRegister>,
}

/// What a template has so far.
#[derive(Default)]
struct Counted {
    /// Sections and blocks.
    parts: usize,
    /// Places where it is signed.
    signatures: usize,
}

impl Compiler {
    pub(super) fn report_templates(
        &mut self,
        templates: &[ReportTemplate],
        indicators: &Indicators,
        registers: &HashMap<String, CompiledRegister>,
    ) {
        let place = "/report_templates";
        self.at_most(place, templates.len(), MAX_TEMPLATES);
        self.unique(place, "/code", templates.iter().map(|template| template.code.as_str()));
        let world = World { indicators, registers };
        for (i, template) in templates.iter().enumerate() {
            let place = format!("{place}/{i}");
            self.code(&place, &template.code, is_simple_code);
            for (j, line) in template.title.iter().enumerate() {
                self.sentence(&format!("{place}/title/{j}"), line, &world);
            }
            if let Some(signature) = &template.signature {
                self.sentence(&format!("{place}/signature/name"), &signature.name, &world);
                if let Some(date) = &signature.date {
                    self.sentence(&format!("{place}/signature/date"), date, &world);
                }
            }
            let mut counted = Counted::default();
            self.sections(&format!("{place}/sections"), &template.sections, (1, &mut counted), &world);
            self.at_most(&format!("{place}/sections"), counted.parts, MAX_PARTS);
        }
    }

    fn at_most(&mut self, place: &str, number: usize, most: usize) {
        if number > most {
            self.report(place, ViolationCode::WrongLength, say!("至多 {most} 项", "There are at most {most}"));
        }
    }

    fn signed_once(&mut self, place: &str, signatures: usize) {
        if signatures > 1 {
            self.report(
                place,
                ViolationCode::Inconsistent,
                say!("一份报告只署名一次", "A report is signed in one place only"),
            );
        }
    }

    fn sections(
        &mut self,
        place: &str,
        sections: &[TemplateSection],
        (level, counted): (usize, &mut Counted),
        world: &World<'_>,
    ) {
        if level > MAX_LEVEL && !sections.is_empty() {
            self.report(
                place,
                ViolationCode::OutOfRange,
                say!("标题至多 {MAX_LEVEL} 级", "Headings have at most {MAX_LEVEL} levels"),
            );
            return;
        }
        for (i, section) in sections.iter().enumerate() {
            let place = format!("{place}/{i}");
            counted.parts += 1 + section.blocks.len();
            if let Some(heading) = &section.heading {
                self.sentence(&format!("{place}/heading"), heading, world);
            }
            for (j, block) in section.blocks.iter().enumerate() {
                let place = format!("{place}/blocks/{j}");
                self.block(&place, block, world);
                if *block == TemplateBlock::Signature(true) {
                    counted.signatures += 1;
                    self.signed_once(&format!("{place}/signature"), counted.signatures);
                }
            }
            self.sections(&format!("{place}/sections"), &section.sections, (level + 1, &mut *counted), world);
        }
    }

    fn block(&mut self, place: &str, block: &TemplateBlock, world: &World<'_>) {
        match block {
            TemplateBlock::Paragraph(text) => self.sentence(&format!("{place}/paragraph"), text, world),
            TemplateBlock::Table(table) => self.table(&format!("{place}/table"), table, world),
            TemplateBlock::Chart(chart) => self.chart(&format!("{place}/chart"), chart, world),
            TemplateBlock::Sheet(sheet) => self.sheet(&format!("{place}/sheet"), sheet),
            TemplateBlock::PageBreak(_) | TemplateBlock::Signature(_) => {}
        }
    }

    fn table(&mut self, place: &str, table: &TemplateTable, world: &World<'_>) {
        self.sentence(&format!("{place}/caption"), &table.caption, world);
        self.shown(place, &table.indicators, (table.by.as_deref(), &table.conditions), world);
        if table.period.as_deref().is_some_and(|period| !is_period(period)) {
            self.report(
                format!("{place}/period"),
                ViolationCode::InvalidPeriod,
                say!("应为期间，或相差的年数，如 -1", "Give a period, or a number of years such as -1"),
            );
        }
    }

    fn chart(&mut self, place: &str, chart: &TemplateChart, world: &World<'_>) {
        self.sentence(&format!("{place}/caption"), &chart.caption, world);
        self.shown(place, &chart.indicators, (chart.by.as_deref(), &chart.conditions), world);
        if chart.by.is_some() && chart.months || !chart.months && chart.cumulative {
            self.report(
                format!("{place}/months"),
                ViolationCode::Inconsistent,
                say!(
                    "按月与分组只能选一项；累计只用于按月",
                    "It goes along months or a breakdown, and only months can be cumulative"
                ),
            );
        }
        let units = chart.indicators.iter().filter_map(|code| world.indicators.get(code));
        let mut units = units.map(|indicator| (&indicator.definition.unit, indicator.definition.value_type));
        if let Some(first) = units.next()
            && units.any(|unit| unit != first)
        {
            self.report(
                format!("{place}/indicators"),
                ViolationCode::Inconsistent,
                say!("一张图中的指标应单位相同", "The indicators of a chart are all in the same unit"),
            );
        }
    }

    /// What a table or chart shows: indicators with numbers, broken down by what all of them have.
    fn shown(
        &mut self,
        place: &str,
        codes: &[String],
        (by, conditions): (Option<&str>, &BTreeMap<String, String>),
        world: &World<'_>,
    ) {
        self.unique(&format!("{place}/indicators"), "", codes.iter().map(String::as_str));
        let mut indicators = Vec::new();
        for (i, code) in codes.iter().enumerate() {
            let place = format!("{place}/indicators/{i}");
            match world.indicators.get(code) {
                None => self.unknown_indicator(place, code, ""),
                Some(indicator) if indicator.is_numeric() || is_counted(indicator) => indicators.push(indicator),
                Some(_) => self.report(
                    place,
                    ViolationCode::WrongType,
                    say!("“{code}”不是数值指标", "“{code}” has no numbers"),
                ),
            }
        }
        if let Some(by) = by.filter(|by| conditions.contains_key(*by)) {
            self.report(
                format!("{place}/where/{by}"),
                ViolationCode::Inconsistent,
                say!("已按“{by}”分组，不能再限定它", "It is broken down by “{by}”, and cannot be of one part of it"),
            );
        }
        let keys = by.map(|by| (format!("{place}/by"), by, None));
        let parts = conditions.iter().map(|(key, part)| (format!("{place}/where/{key}"), key.as_str(), Some(part)));
        for (place, key, part) in keys.into_iter().chain(parts) {
            if KEYS.contains(&key) {
                continue;
            }
            for indicator in &indicators {
                let parts = parts_of(indicator, world);
                let lacks = parts.iter().any(|indicator| {
                    !indicator.dimensions.iter().any(|dimension| {
                        let has = |part: &String| dimension.options.iter().any(|option| option.code == *part);
                        dimension.code == key && part.is_none_or(has)
                    })
                });
                if lacks {
                    let code = &indicator.definition.code;
                    self.report(
                        &place,
                        ViolationCode::WrongDimension,
                        say!("指标“{code}”没有此维度或选项", "The indicator “{code}” has no such dimension or option"),
                    );
                }
            }
        }
    }

    fn sheet(&mut self, place: &str, sheet: &TemplateSheet) {
        let which = [sheet.evaluation.is_some(), sheet.monitoring.is_some(), sheet.goals];
        let lacks_subject = sheet.evaluation == Some(EvaluationOf::School) && sheet.subject.is_none();
        let has_none = matches!(sheet.evaluation, None | Some(EvaluationOf::Department));
        let is_one = which.iter().filter(|given| **given).count() == 1;
        if !is_one || lacks_subject || has_none && sheet.subject.is_some() {
            self.report(
                place,
                ViolationCode::Inconsistent,
                say!(
                    "evaluation、monitoring、goals 只能选一项；subject 用于项目和学校，学校必须指明",
                    "Give exactly one of evaluation, monitoring and goals; subject goes with projects and schools, and a school \
                     is named"
                ),
            );
        }
    }

    fn sentence(&mut self, place: &str, text: &str, world: &World<'_>) {
        if text.chars().count() > MAX_TEXT {
            self.report(
                place,
                ViolationCode::WrongLength,
                say!("至多 {MAX_TEXT} 字", "A text has at most {MAX_TEXT} characters"),
            );
            return;
        }
        let Sentence { faults, references } = Sentence::read(text);
        for fault in faults {
            let (line, zh, en) = (fault.line, fault.message.zh, fault.message.en);
            self.report(place, ViolationCode::Expression, say!("第 {line} 行：{zh}", "Line {line}: {en}"));
        }
        for reference in references {
            match reference {
                Reference::Indicator(line, code) if !world.indicators.contains_key(&code) => {
                    self.unknown_indicator(place, &code, &format!(" (line {line})"));
                }
                Reference::Register(line, code) if !world.registers.contains_key(&code) => self.report(
                    place,
                    ViolationCode::UnknownReference,
                    say!("第 {line} 行：没有登记簿“{code}”", "Line {line}: there is no register “{code}”"),
                ),
                _ => {}
            }
        }
    }

    fn unknown_indicator(&mut self, place: impl Into<String>, code: &str, line: &str) {
        self.report(
            place,
            ViolationCode::UnknownIndicator,
            say!("没有指标“{code}”{line}", "There is no indicator “{code}”{line}"),
        );
    }
}

/// Whether it becomes a number by being counted.
fn is_counted(indicator: &CompiledIndicator) -> bool {
    indicator.definition.aggregation == crate::catalogue::document::Aggregation::CountTrue
}

/// What has the dimensions of an indicator: the operands of a formula, or itself.
fn parts_of<'a>(indicator: &'a CompiledIndicator, world: &World<'a>) -> Vec<&'a CompiledIndicator> {
    match &indicator.formula {
        None => vec![indicator],
        Some(formula) => formula.names().filter_map(|(code, _)| world.indicators.get(code)).collect(),
    }
}

fn is_period(text: &str) -> bool {
    text.parse::<Period>().is_ok() || text.parse::<i32>().is_ok_and(|years| years.abs() <= MAX_YEARS)
}
