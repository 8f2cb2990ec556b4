//! Figures as rows of a file.

use std::io::Write;

use rust_decimal::Decimal;

use super::Names;
use super::body::RowBody;
use crate::documents::{Cell, Table};
use crate::figures::answer::{Comparison, Figure};
use crate::figures::question::{By, Question};
use crate::platform::error::{AppError, Result};
use crate::platform::rows::escaped;
use crate::say;

/// One JSON object a line.
pub(super) fn lines(figures: Vec<Figure>, names: &Names<'_>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for figure in figures {
        serde_json::to_writer(&mut text, &RowBody::of(figure, names)).map_err(AppError::internal)?;
        text.write_all(b"\n").map_err(AppError::internal)?;
    }
    Ok(text)
}

/// CSV, with its header where it is the beginning of a file.
pub(super) fn csv(figures: &[Figure], question: &Question, names: &Names<'_>, with_header: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let compared: &[&str] =
        if question.compare.is_some() { &["previous_period", "previous", "change", "growth"] } else { &[] };
    if with_header {
        let keys = question.by.iter().map(ToString::to_string);
        let header = ["indicator", "name", "period"].map(str::to_owned).into_iter().chain(keys);
        let numbers = ["value", "unit", "numerator", "denominator"].into_iter().chain(compared.iter().copied());
        let header = header.chain(numbers.chain(["expected", "reported"]).map(str::to_owned));
        writer.write_record(header).map_err(AppError::internal)?;
    }
    for figure in figures {
        let name = escaped(&names.indicator(&figure.indicator));
        let mut cells = vec![figure.indicator.clone(), name, figure.period.to_string()];
        cells.extend(question.by.iter().map(|by| escaped(part(figure, by).unwrap_or_default())));
        cells.push(number(figure.value));
        cells.push(escaped(figure.unit.as_deref().unwrap_or_default()));
        cells.extend([figure.numerator, figure.denominator].map(number));
        if let Some(Comparison { period, value, change, growth }) = &figure.previous {
            cells.push(period.to_string());
            cells.extend([*value, *change, *growth].map(number));
        }
        cells.extend([figure.coverage.expected, figure.coverage.reported].map(|count| count.to_string()));
        writer.write_record(cells).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
}

/// A sheet for people: names, and numbers as numbers.
pub(super) fn table(figures: &[Figure], question: &Question, names: &Names<'_>) -> Table {
    let mut head = vec![say!("指标", "Indicator"), say!("期间", "Period")];
    let mut numbers = vec![say!("数值", "Value"), say!("单位", "Unit")];
    numbers.extend([say!("分子", "Numerator"), say!("分母", "Denominator")]);
    if question.compare.is_some() {
        numbers.extend([say!("对比期", "Compared with"), say!("对比期数值", "Its value")]);
        numbers.extend([say!("增减", "Change"), say!("增幅", "Growth")]);
    }
    numbers.extend([say!("应报", "Expected"), say!("已报", "Reported")]);
    let of_message = |message| Cell::head(names.say(&message));
    let mut heads: Vec<Cell> = head.drain(..).map(of_message).collect();
    heads.extend(question.by.iter().map(|by| Cell::head(names.by(by))));
    heads.extend(numbers.into_iter().map(of_message));
    let rows = figures.iter().map(|figure| row(figure, question, names)).collect();
    Table { head: vec![heads], rows, landscape: true, ..Table::default() }
}

fn row(figure: &Figure, question: &Question, names: &Names<'_>) -> Vec<Cell> {
    let mut cells = vec![Cell::text(names.indicator(&figure.indicator)), Cell::text(figure.period.to_string())];
    cells.extend(question.by.iter().map(|by| Cell::text(names.part(by, part(figure, by)))));
    cells.push(cell(figure.value));
    cells.push(Cell::centred(figure.unit.clone().unwrap_or_default()));
    cells.extend([figure.numerator, figure.denominator].map(cell));
    if let Some(Comparison { period, value, change, growth }) = &figure.previous {
        cells.push(Cell::text(period.to_string()));
        cells.extend([*value, *change].map(cell));
        cells.push(growth.map_or_else(Cell::default, |growth| Cell::percent(growth * Decimal::ONE_HUNDRED)));
    }
    let counts = [figure.coverage.expected, figure.coverage.reported];
    cells.extend(counts.map(|count| Cell::numeral(Decimal::from(count), 0)));
    cells
}

/// A number as a number; what is missing stays empty.
pub(super) fn cell(number: Option<Decimal>) -> Cell {
    number.map_or_else(Cell::default, |number| Cell::numeral(number, 0))
}

pub(super) fn number(number: Option<Decimal>) -> String {
    number.map(|number| number.normalize().to_string()).unwrap_or_default()
}

fn part<'a>(figure: &'a Figure, by: &By) -> Option<&'a str> {
    figure.group.get(&by.to_string()).and_then(Option::as_deref)
}
