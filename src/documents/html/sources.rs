//! The list at the end of a page: where its numbers come from.

use std::collections::HashMap;
use std::fmt::Display;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;

use super::super::markup::Markup;
use super::super::model::{Block, Document, Source, Span};

/// The sources of a document, and the numbers that have several of them.
pub(super) struct Sources<'a> {
    all: &'a [Source],
    /// Which sources a number has together, in the order in which they are met.
    together: Vec<&'a [usize]>,
    /// The place of each in that order.
    places: HashMap<&'a [usize], usize>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let mut sources = Self { all: &document.sources, together: Vec::new(), places: HashMap::new() };
        for block in &document.blocks {
            match block {
                Block::Heading(paragraph) | Block::Paragraph(paragraph) => sources.meet(&paragraph.spans),
                Block::Table(table) => {
                    let cells = table.head.iter().chain(&table.rows).flatten();
                    cells.for_each(|cell| sources.meet(&cell.spans));
                }
                Block::Chart(chart) => {
                    chart.series.iter().flat_map(|series| &series.sources).for_each(|several| sources.keep(several));
                }
                Block::PageBreak | Block::Signature => {}
            }
        }
        sources
    }

    /// Where the sources of a number are shown: none where it names none that there is.
    pub(super) fn link(&self, sources: &[usize]) -> Option<String> {
        match sources {
            [one] => (*one < self.all.len()).then(|| format!("#source-{}", one + 1)),
            several => self.places.get(several).map(|place| format!("#sources-{}", place + 1)),
        }
    }

    /// The list, for numbers to lead to.
    pub(super) fn write(&self, markup: &mut Markup, api: &str) {
        if self.all.is_empty() {
            return;
        }
        markup.raw("\n");
        markup.within("section", &[("class", &"sources"), ("aria-label", &"数据来源")], |markup| {
            markup.element("h2", &[], "数据来源");
            for (at, source) in self.all.iter().enumerate() {
                markup.raw("\n");
                entry(markup, &format_args!("source-{}", at + 1), |markup| {
                    markup.element("h3", &[], format_args!("来源{}　{}", at + 1, name(source)));
                    facts(markup, source);
                    for (text, link) in links(source, api) {
                        markup.element("a", &[("href", &link)], text);
                    }
                });
            }
            for (at, several) in self.together.iter().enumerate() {
                markup.raw("\n");
                entry(markup, &format_args!("sources-{}", at + 1), |markup| {
                    markup.element("h3", &[], "由以下来源算得");
                    for (at, source) in several.iter().filter_map(|at| Some((at, self.all.get(*at)?))) {
                        markup.within("p", &[], |markup| {
                            let to = format_args!("#source-{}", at + 1);
                            markup.element("a", &[("href", &to)], format_args!("来源{}", at + 1));
                            markup.text(format_args!("　{}：{}", name(source), valued(source)));
                        });
                    }
                });
            }
        });
    }

    fn meet(&mut self, spans: &'a [Span]) {
        for span in spans {
            if let Span::Number { sources, .. } = span {
                self.keep(sources);
            }
        }
    }

    fn keep(&mut self, several: &'a [usize]) {
        if several.len() > 1 && several.iter().all(|at| *at < self.all.len()) {
            let place = self.together.len();
            self.places.entry(several).or_insert_with(|| {
                self.together.push(several);
                place
            });
        }
    }
}

fn entry(markup: &mut Markup, id: &dyn Display, content: impl FnOnce(&mut Markup)) {
    markup.within("article", &[("id", id)], |markup| {
        // Leads nowhere, and so closes what is open without moving the page.
        markup.element("a", &[("class", &"close"), ("href", &"#closed")], "关闭");
        content(markup);
    });
}

fn name(source: &Source) -> String {
    match source {
        Source::Figure { name, .. } | Source::Sheet { name, .. } => name.clone(),
        Source::Records { register, .. } => format!("台账 {register}"),
        Source::Evaluation { subject, item, .. } => format!("绩效评价 {subject} {item}"),
    }
}

fn valued(source: &Source) -> String {
    match source {
        Source::Figure { value, unit, .. } => said(value.as_ref(), unit.as_deref()),
        Source::Records { records, .. } => format!("{}条", records.len()),
        Source::Evaluation { value, .. } => said(value.as_ref(), None),
        Source::Sheet { .. } => "见表".to_owned(),
    }
}

fn said(value: Option<&Decimal>, unit: Option<&str>) -> String {
    value.map_or_else(|| "无".to_owned(), |value| format!("{value}{}", unit.unwrap_or_default()))
}

/// What is known of a source, as terms and what they are.
fn facts(markup: &mut Markup, source: &Source) {
    markup.within("dl", &[], |markup| {
        let mut fact = |term: &str, is: &dyn Display| {
            markup.element("dt", &[], term);
            markup.element("dd", &[], is);
        };
        match source {
            Source::Figure { indicator, period, group, within, previous, unit, expected, reported, .. } => {
                fact("指标", indicator);
                fact("期间", period);
                for (key, value) in group {
                    fact(key, &value.as_deref().unwrap_or("无"));
                }
                if let Some(within) = within {
                    fact("范围", within);
                }
                fact("数值", &valued(source));
                if previous.is_some() {
                    fact("上期数值", &said(previous.as_ref(), unit.as_deref()));
                }
                let missing = if reported < expected { "，未报齐" } else { "" };
                fact("填报", &format_args!("应报{expected}，已报{reported}{missing}"));
            }
            Source::Records { register, records, .. } => {
                fact("台账", register);
                fact("记录", &valued(source));
                fact("编号", &records.join("、"));
            }
            Source::Evaluation { year, kind, subject, item, .. } => {
                fact("年度", year);
                fact("类别", kind);
                fact("对象", subject);
                fact("项目", item);
                fact("数值", &valued(source));
            }
            Source::Sheet { name, .. } => fact("附表", name),
        }
        let (as_of, journal_position) = read(source);
        fact("截至", &as_of);
        fact("日志位置", &journal_position);
    });
}

/// When a source was read: exactly, so that it can be read again.
fn read(source: &Source) -> (String, i64) {
    let (Source::Figure { as_of, journal_position, .. }
    | Source::Records { as_of, journal_position, .. }
    | Source::Evaluation { as_of, journal_position, .. }
    | Source::Sheet { as_of, journal_position, .. }) = source;
    (moment(*as_of), *journal_position)
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Where the service shows what stands behind a source.
fn links(source: &Source, api: &str) -> Vec<(String, String)> {
    match source {
        Source::Figure { indicator, period, group, within, as_of, .. } => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("period", period).append_pair("as_of", &moment(*as_of));
            if let Some(within) = within {
                query.append_pair("within", within);
            }
            if !group.is_empty() {
                let parts = group.iter().map(|(key, value)| format!("{key}:{}", value.as_deref().unwrap_or_default()));
                query.append_pair("where", &parts.collect::<Vec<_>>().join(","));
            }
            let link = format!("{api}/figures/{}/sources?{}", segment(indicator), query.finish());
            vec![("逐条查看".to_owned(), link)]
        }
        Source::Records { register, records, .. } => {
            let link = |record| format!("{api}/registers/{}/records/{}", segment(register), segment(record));
            records.iter().map(|record| (record.clone(), link(record))).collect()
        }
        Source::Evaluation { year, kind, subject, .. } => {
            let link = format!("{api}/evaluations/{year}/{}/{}", segment(kind), segment(subject));
            vec![("查看评价".to_owned(), link)]
        }
        Source::Sheet { path, .. } => {
            let below = path.strip_prefix("/v1").unwrap_or(path);
            vec![("查看附表".to_owned(), format!("{api}{below}"))]
        }
    }
}

/// A part of a path.
fn segment(code: &str) -> String {
    form_urlencoded::byte_serialize(code.as_bytes()).collect::<String>().replace('+', "%20")
}
