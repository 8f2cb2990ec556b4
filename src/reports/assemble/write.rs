//! The sections of a report, written one after the other: headings with their numbers, paragraphs, tables and charts.

use std::sync::Arc;

use chrono::{FixedOffset, NaiveDate};

use super::super::template::{Engine, Number, Piece, Problem, World, heading_number};
use super::sources::Sources;
use super::{charts, tables};
use crate::catalogue::document::{ReportTemplate, TemplateBlock, TemplateSection, TemplateSheet};
use crate::documents::{Block, Document, Finding, Paragraph, Signature, Span};
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::say;

/// What all is written with.
pub(super) struct Writer<'a> {
    engine: &'a mut Engine,
    pub sources: Sources,
}

/// Writes a report with what is known; what is not stands open.
pub(super) fn write(
    engine: &mut Engine,
    template: &ReportTemplate,
    sources: Sources,
) -> Result<(Document, Vec<Finding>)> {
    engine.refuel();
    let mut writer = Writer { engine, sources };
    let mut title = Vec::new();
    for (i, line) in template.title.iter().enumerate() {
        let line = writer.line(&format!("/title/{i}"), line)?;
        title.extend(Some(plain(&line)).filter(|line| !line.is_empty()));
    }
    let mut blocks = Vec::new();
    writer.sections("/sections", &template.sections, 1, &mut blocks)?;
    let signature = match &template.signature {
        None => None,
        Some(signature) => {
            let name = writer.line("/signature/name", &signature.name)?;
            let date = writer.date(signature.date.as_deref())?;
            date.map(|date| Signature { name: plain(&name), date })
        }
    };
    let (sources, findings) = writer.sources.finish();
    Ok((Document { title, blocks, signature, sources }, findings))
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(Span::text).collect()
}

impl Writer<'_> {
    pub(super) fn world(&self) -> Arc<World> {
        Arc::clone(self.engine.world())
    }

    /// The paragraphs of a text.
    fn text(&mut self, place: &str, text: &str) -> Result<Vec<Vec<Span>>> {
        let written = self.engine.write(text).map_err(|_| {
            AppError::violation(
                format!("/template{place}"),
                ViolationCode::OutOfRange,
                say!("模板运算量过大", "The template takes too much computing"),
            )
        })?;
        let mut paragraphs = Vec::with_capacity(written.paragraphs.len());
        for pieces in written.paragraphs {
            let spans = pieces.into_iter().map(|piece| self.piece(place, piece, &written.numbers));
            paragraphs.push(spans.collect::<Vec<Span>>());
        }
        let quote = paragraphs.first().map(|spans| plain(spans)).unwrap_or_default();
        let quote: String = quote.chars().take(100).collect();
        for problem in &written.problems {
            self.sources.find(place, &quote, problem);
        }
        Ok(paragraphs)
    }

    fn piece(&mut self, place: &str, piece: Piece, numbers: &[Arc<Number>]) -> Span {
        match piece {
            Piece::Text(text) => Span::Text { text },
            Piece::Number(trace, text) => match numbers.get(trace) {
                Some(number) => self.sources.span(place, number, text),
                None => Span::Text { text },
            },
        }
    }

    /// A text that is one line.
    pub(super) fn line(&mut self, place: &str, text: &str) -> Result<Vec<Span>> {
        Ok(self.text(place, text)?.into_iter().flatten().collect())
    }

    /// As [`Writer::line`], without its traces.
    pub(super) fn caption(&mut self, place: &str, text: &str) -> Result<String> {
        Ok(plain(&self.line(&format!("{place}/caption"), text)?))
    }

    fn sections(
        &mut self,
        place: &str,
        sections: &[TemplateSection],
        level: u8,
        blocks: &mut Vec<Block>,
    ) -> Result<()> {
        let mut number = 0;
        for (i, section) in sections.iter().enumerate() {
            self.section(&format!("{place}/{i}"), section, (level, &mut number), blocks)?;
        }
        Ok(())
    }

    /// Writes a section, unless it comes out empty.
    fn section(
        &mut self,
        place: &str,
        section: &TemplateSection,
        (level, number): (u8, &mut u32),
        blocks: &mut Vec<Block>,
    ) -> Result<()> {
        let mut heading = None;
        if let Some(text) = &section.heading {
            let place = format!("{place}/heading");
            let spans = self.line(&place, text)?;
            if spans.is_empty() {
                return Ok(());
            }
            heading = Some(Paragraph { place, level, number: String::new(), spans });
        }
        let mut content = Vec::new();
        for (i, block) in section.blocks.iter().enumerate() {
            self.block(&format!("{place}/blocks/{i}"), block, &mut content)?;
        }
        self.sections(&format!("{place}/sections"), &section.sections, level + 1, &mut content)?;
        let is_bare = section.blocks.is_empty() && section.sections.is_empty();
        if !is_bare && content.iter().all(|block| matches!(block, Block::PageBreak)) {
            return Ok(());
        }
        // Where a report is signed says nothing under a heading, but has to be kept.
        let heading =
            heading.filter(|_| is_bare || !content.iter().all(|it| matches!(it, Block::PageBreak | Block::Signature)));
        if let Some(mut heading) = heading {
            if section.numbered {
                *number += 1;
                heading.number = heading_number(level.into(), *number);
            }
            // What goes to a new page takes its heading with it; what follows a signature does so, too.
            let is_before = |block: &&Block| matches!(block, Block::PageBreak | Block::Signature);
            let before = content.iter().take_while(is_before).count();
            blocks.extend(content.drain(..before));
            blocks.push(Block::Heading(heading));
        }
        blocks.append(&mut content);
        Ok(())
    }

    fn block(&mut self, place: &str, block: &TemplateBlock, blocks: &mut Vec<Block>) -> Result<()> {
        match block {
            TemplateBlock::Paragraph(text) => {
                let paragraphs = self.text(place, text)?;
                blocks.extend(paragraphs.into_iter().map(|spans| {
                    Block::Paragraph(Paragraph { place: place.to_owned(), level: 0, number: String::new(), spans })
                }));
            }
            TemplateBlock::Table(table) => blocks.extend(tables::table(self, place, table)?.map(Block::Table)),
            TemplateBlock::Chart(chart) => blocks.extend(charts::chart(self, place, chart)?.map(Block::Chart)),
            TemplateBlock::Sheet(sheet) => self.sheet(place, sheet, blocks),
            TemplateBlock::PageBreak(true) => blocks.push(Block::PageBreak),
            TemplateBlock::Signature(true) => blocks.push(Block::Signature),
            TemplateBlock::PageBreak(false) | TemplateBlock::Signature(false) => {}
        }
        Ok(())
    }

    /// Official sheets, each across and on a page of its own.
    fn sheet(&mut self, place: &str, sheet: &TemplateSheet, blocks: &mut Vec<Block>) {
        let Some(sheets) = self.world().memory().sheets.get(sheet) else { return };
        for problem in &sheets.problems {
            self.sources.find(place, "", problem);
        }
        for (i, sheet) in sheets.sheets.iter().enumerate() {
            if i > 0 {
                blocks.push(Block::PageBreak);
            }
            blocks.push(Block::Table(self.sources.sheet(sheet)));
        }
    }

    /// The day on which it is signed: where nothing else is said, that of the moment, in China.
    fn date(&mut self, text: Option<&str>) -> Result<Option<NaiveDate>> {
        const CHINA: i32 = 8 * 3600;
        let Some(text) = text else {
            let china = FixedOffset::east_opt(CHINA);
            return Ok(china.map(|china| self.sources.as_of().with_timezone(&china).date_naive()));
        };
        let place = "/signature/date";
        let date = plain(&self.line(place, text)?);
        let day = date.parse().ok();
        if day.is_none() {
            let problem = Problem::undefined(say!("“{date}”不是日期", "“{date}” is no day"));
            self.sources.find(place, &date, &problem);
        }
        Ok(day)
    }
}
