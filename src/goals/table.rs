//! The goals of a year as the official form (绩效目标表).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::model::{Content, Level, State, Target};
use super::summaries::{self, Filter, Full, Node, trees};
use crate::documents::{Cell, Table, under_heads};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::say;

/// The most goals in a form, and in a tree.
pub(super) const MOST: i64 = 5_000;

/// 层级, 目标, 内容, 措施, 责任科室, 实施单位, 一级, 二级, 三级指标, 性质, 指标值, 单位, 分值.
const WIDTHS: [u32; 13] = [8, 16, 26, 22, 10, 13, 9, 10, 20, 6, 9, 7, 6];

/// The goals of a year that were in force at a moment, of those that the scope covers.
///
/// # Errors
/// Where there are more than 5000, or the database refuses.
pub async fn table(tx: &mut Tx, scope: &Scope, year: i32, as_of: DateTime<Utc>) -> Result<Table> {
    of_filter(tx, scope, year, &Filter { as_of: Some(as_of), ..Filter::default() }).await
}

/// The goals of a year that a filter means.
pub(super) async fn of_filter(tx: &mut Tx, scope: &Scope, year: i32, filter: &Filter<'_>) -> Result<Table> {
    let found = summaries::list_in_full(tx, scope, year, filter, MOST + 1).await?;
    if i64::try_from(found.len()).map_err(AppError::internal)? > MOST {
        return Err(too_many());
    }
    Ok(of_goals(year, found))
}

/// 422: more goals than are shown at once.
pub(super) fn too_many() -> AppError {
    let message = say!("目标超过 {MOST} 个，请用列表", "There are more than {MOST} goals; list them");
    AppError::violation("", ViolationCode::OutOfRange, message)
}

fn of_goals(year: i32, goals: Vec<Full>) -> Table {
    let tall = |text: &str| Cell::head(text).over(1, 2);
    let mut first: Vec<Cell> =
        ["目标层级", "目标名称", "预期目标", "落实措施", "责任科室", "实施单位"].map(tall).to_vec();
    first.push(Cell::head("绩效指标").over(7, 1));
    let second = ["一级指标", "二级指标", "三级指标", "性质", "指标值", "单位", "分值"].map(Cell::head).to_vec();
    let mut said = HashMap::new();
    let mut summaries = Vec::with_capacity(goals.len());
    for Full { summary, section_name, content } in goals {
        said.insert(summary.code.clone(), (section_name, content));
        summaries.push(summary);
    }
    let mut rows = Vec::new();
    for node in trees(summaries) {
        add(&mut rows, &node, &said);
    }
    Table {
        caption: format!("绩效目标表（{year}年度）"),
        widths: WIDTHS.to_vec(),
        head: vec![first, second],
        rows,
        landscape: true,
    }
}

/// Adds a goal, and below it those that serve it.
fn add(rows: &mut Vec<Vec<Cell>>, node: &Node, said: &HashMap<String, (Option<String>, Content)>) {
    let summary = &node.summary;
    if let Some((section, content)) = said.get(&summary.code) {
        let standing = match summary.state {
            State::Approved => "",
            State::Draft => "（草稿）",
            State::Submitted | State::Reviewed => "（待批准）",
            State::Returned => "（退回修改）",
        };
        let mut targets = targets(&content.targets);
        let high = u16::try_from(targets.len()).unwrap_or(u16::MAX);
        let own = [
            Cell::centred(level(summary.level)),
            Cell::text(format!("{}{standing}", summary.name)),
            Cell::text(content.description.as_str()),
            Cell::text(measures(&content.measures)),
            Cell::centred(section.as_deref().unwrap_or(&summary.section)),
            Cell::centred(summary.organisation_name.as_deref().unwrap_or(&summary.organisation)),
        ];
        if let Some(first) = targets.first_mut() {
            first.splice(0..0, own.map(|cell| cell.over(1, high)));
        }
        rows.append(&mut targets);
    }
    for child in &node.children {
        add(rows, child, said);
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Overall => "总体目标",
        Level::Duty => "职责目标",
        Level::Activity => "工作活动",
        Level::Project => "项目",
    }
}

fn measures(measures: &[String]) -> String {
    match measures {
        [only] => only.clone(),
        several => {
            let numbered = (1..).zip(several).map(|(number, measure): (u32, _)| format!("{number}. {measure}"));
            numbered.collect::<Vec<_>>().join("\n")
        }
    }
}

/// A row for each target; one without anything where there is none.
fn targets(targets: &[Target]) -> Vec<Vec<Cell>> {
    if targets.is_empty() {
        return vec![vec![Cell::centred("—").over(7, 1)]];
    }
    let mut targets: Vec<&Target> = targets.iter().collect();
    targets.sort_by_key(|target| (target.class.part(), target.class));
    let row = |target: &&Target| {
        let value = target.value.map_or_else(|| Cell::centred("—"), |value: Decimal| Cell::numeral(value, 0));
        let cells = vec![
            Cell::text(target.name.as_str()),
            Cell::centred(target.sign.chinese()),
            value,
            Cell::centred(target.unit.as_deref().unwrap_or_default()),
            Cell::numeral(target.weight, 0),
        ];
        ([target.class.part().chinese().to_owned(), target.class.chinese().to_owned()], cells)
    };
    under_heads(targets.iter().map(row).collect())
}
