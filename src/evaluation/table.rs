//! The sheet of an evaluation as the official form (绩效自评表). Pure.

use rust_decimal::Decimal;

use super::model::{Key, Kind};
use super::sheet::{FundPart, FundRow, GoalRow, IndicatorRow, ProjectRow, Sheet};
use crate::documents::{Cell, Table, beside, under_heads};
use crate::scoring::Sign;

/// What the form says beside the sheet.
pub(super) struct About<'a> {
    pub key: &'a Key,
    /// The bureau (主管部门).
    pub bureau: &'a str,
    /// What was entered of the whole.
    pub summary: Option<&'a str>,
    /// Whether the sheet never changes again.
    pub is_final: bool,
}

/// The head of the block, 一级, 二级, 三级指标, 性质, 指标值, 单位, 实际完成值, 分值, 得分, 偏差原因.
const WIDTHS: [u32; 11] = [10, 10, 11, 25, 7, 11, 8, 13, 9, 10, 30];

/// Columns of the blocks that have fewer: on the left of the middle, on its right, and all but the head.
const LEFT: u16 = 5;
const RIGHT: u16 = 5;
const ALL: u16 = LEFT + RIGHT;

/// The official form of a sheet, with amounts in 10,000 yuan (万元).
pub(super) fn table(about: &About<'_>, sheet: &Sheet) -> Table {
    let Key { year, kind, .. } = about.key;
    let (name, money) = match kind {
        Kind::Project => ("项目支出绩效自评表", "项目资金\n（万元）"),
        Kind::School => ("单位整体支出绩效自评表", "预算执行\n（万元）"),
        Kind::Department => ("部门整体支出绩效自评表", "预算执行\n（万元）"),
    };
    let standing = if about.is_final { "" } else { "（未定稿）" };
    let mut rows = beside(money, funds(&sheet.funds));
    rows.extend(beside("年度总体目标", goals(&sheet.goals)));
    rows.extend(beside("绩效指标", indicators(sheet)));
    if *kind != Kind::Project {
        rows.extend(beside("得分换算", parts(sheet)));
    }
    rows.push(total(sheet));
    if !sheet.projects.is_empty() {
        rows.extend(beside("所属项目", projects(&sheet.projects)));
    }
    if let Some(summary) = about.summary {
        rows.extend(beside("自评说明", vec![vec![Cell::text(summary).over(ALL, 1)]]));
    }
    Table {
        caption: format!("{name}（{year}年度）{standing}"),
        widths: WIDTHS.to_vec(),
        head: head(about, sheet),
        rows,
        landscape: true,
    }
}

fn head(about: &About<'_>, sheet: &Sheet) -> Vec<Vec<Cell>> {
    let row = |left: &str, value: &str, right: &str, other: &str| {
        vec![
            Cell::head(left),
            Cell::text(value).over(LEFT, 1),
            Cell::head(right).over(2, 1),
            Cell::text(other).over(RIGHT - 2, 1),
        ]
    };
    let (Key { kind, subject: code, .. }, subject) = (about.key, &sheet.subject);
    let policy = &sheet.policy.name.zh;
    match kind {
        Kind::Project => vec![
            row("项目名称", &subject.name, "项目编码", code),
            row("主管部门", about.bureau, "实施单位", &subject.organisation_name),
        ],
        Kind::School => {
            vec![row("单位名称", &subject.name, "单位编码", code), row("主管部门", about.bureau, "评分依据", policy)]
        }
        Kind::Department => vec![
            row("部门名称", &subject.name, "部门编码", code),
            row("所属项目", &format!("{}个", sheet.projects.len()), "评分依据", policy),
        ],
    }
}

fn numeral(number: Option<Decimal>) -> Cell {
    number.map_or_else(Cell::nothing, |number| Cell::numeral(number, 0))
}

fn rate(percent: Option<Decimal>) -> Cell {
    percent.map_or_else(Cell::nothing, Cell::percent)
}

fn funds(funds: &[FundRow]) -> Vec<Vec<Cell>> {
    let head = vec![
        Cell::head("").over(2, 1),
        Cell::head("年初预算数"),
        Cell::head("全年预算数").over(2, 1),
        Cell::head("全年执行数").over(2, 1),
        Cell::head("分值"),
        Cell::head("执行率"),
        Cell::head("得分"),
    ];
    let row = |row: &FundRow| {
        let name = match row.part {
            FundPart::Total => "年度资金总额",
            FundPart::CurrentAppropriation => "其中：当年财政拨款",
            FundPart::CarriedOver => "上年结转资金",
            FundPart::Other => "其他资金",
        };
        vec![
            Cell::text(name).over(2, 1),
            Cell::wan(row.original),
            Cell::wan(row.budget).over(2, 1),
            Cell::wan(row.executed).over(2, 1),
            numeral(row.weight),
            rate(row.rate),
            numeral(row.score),
        ]
    };
    std::iter::once(head).chain(funds.iter().map(row)).collect()
}

fn goals(goals: &[GoalRow]) -> Vec<Vec<Cell>> {
    let head = vec![Cell::head("预期目标").over(LEFT, 1), Cell::head("实际完成情况").over(RIGHT, 1)];
    let row = |goal: &GoalRow| {
        let expected = match goals {
            [_] => goal.expected.clone(),
            _ => format!("{}：{}", goal.name, goal.expected),
        };
        let actual = goal.actual.as_deref().map_or_else(Cell::nothing, Cell::text);
        vec![Cell::text(expected).over(LEFT, 1), actual.over(RIGHT, 1)]
    };
    let nothing = goals.is_empty().then(|| vec![Cell::nothing().over(LEFT, 1), Cell::nothing().over(RIGHT, 1)]);
    std::iter::once(head).chain(goals.iter().map(row)).chain(nothing).collect()
}

fn indicators(sheet: &Sheet) -> Vec<Vec<Cell>> {
    const HEAD: [&str; 10] = [
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标值",
        "单位",
        "实际完成值",
        "分值",
        "得分",
        "偏差原因及改进措施",
    ];
    let mut indicators: Vec<&IndicatorRow> = sheet.indicators.iter().collect();
    indicators.sort_by_key(|row| (row.part, row.class));
    let row = |row: &&IndicatorRow| {
        let heads = [row.part.chinese().to_owned(), row.class.chinese().to_owned()];
        let is_qualitative = row.sign == Sign::Qualitative;
        let actual = match (row.actual, &row.actual_text) {
            (Some(actual), _) => Cell::numeral(actual, 0),
            (None, Some(text)) if is_qualitative => Cell::text(text.as_str()),
            (None, _) if is_qualitative => Cell::nothing(),
            // Not reported, which is not zero.
            (None, _) => Cell::centred("未报"),
        };
        let cells = vec![
            Cell::text(name(row, &sheet.indicators, &sheet.goals)),
            Cell::centred(row.sign.chinese()),
            numeral(row.value),
            Cell::centred(row.unit.as_deref().unwrap_or_default()),
            actual,
            Cell::numeral(row.weight, 0),
            numeral(row.score),
            Cell::text(remarks(row)),
        ];
        (heads, cells)
    };
    let rows = under_heads(indicators.iter().map(row).collect());
    std::iter::once(HEAD.map(Cell::head).to_vec()).chain(rows).collect()
}

/// How a target is called; with its goal, where targets of several goals are called the same.
fn name(row: &IndicatorRow, indicators: &[IndicatorRow], goals: &[GoalRow]) -> String {
    let is_same = |other: &IndicatorRow| other.name == row.name && other.goal != row.goal;
    let goal = goals.iter().find(|goal| goal.goal == row.goal && indicators.iter().any(is_same));
    goal.map_or_else(|| row.name.clone(), |goal| format!("{}：{}", goal.name, row.name))
}

/// What was said of a target: words beside its number, the reason of its deviation, measures, and what the review corrected.
fn remarks(row: &IndicatorRow) -> String {
    let beside = row.actual_text.as_deref().filter(|_| row.sign != Sign::Qualitative);
    let corrected = row.correction.as_ref().map(|correction| {
        let instead_of = correction.instead_of.map_or_else(|| "—".to_owned(), |score| score.normalize().to_string());
        format!("复核调整（原得分{instead_of}）：{}", correction.reason)
    });
    let labelled = |label: &str, text: Option<&str>| text.map(|text| format!("{label}：{text}"));
    [
        labelled("完成情况", beside),
        labelled("偏差原因", row.reason.as_deref()),
        labelled("改进措施", row.measures.as_deref()),
        corrected,
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("\n")
}

/// How the scores become points of 100, where targets carry weights of their own.
fn parts(sheet: &Sheet) -> Vec<Vec<Cell>> {
    let parts = sheet.parts.iter().filter(|part| !part.points.is_zero());
    parts
        .map(|part| {
            vec![
                Cell::text(part.part.chinese()).over(ALL - 3, 1),
                Cell::numeral(part.points, 0),
                Cell::numeral(part.score, 0),
                Cell::text(""),
            ]
        })
        .collect()
}

fn total(sheet: &Sheet) -> Vec<Cell> {
    let grade = match sheet.grade {
        Some(grade) => format!("评价等级：{}", grade.chinese()),
        None => format!("尚有{}项未得分", sheet.open),
    };
    // Those of the parts are rounded one by one; they are shares of 100.
    let points = Decimal::ONE_HUNDRED;
    let bold = |cell: Cell| Cell { bold: true, ..cell };
    vec![
        Cell::head("总分").over(ALL - 2, 1),
        bold(Cell::numeral(points, 0)),
        bold(Cell::numeral(sheet.total, 0)),
        Cell::head(grade),
    ]
}

fn projects(projects: &[ProjectRow]) -> Vec<Vec<Cell>> {
    let head = vec![
        Cell::head("项目名称").over(3, 1),
        Cell::head("全年预算数").over(2, 1),
        Cell::head("全年执行数").over(2, 1),
        Cell::head("执行率"),
        Cell::head("得分"),
        Cell::head("等级及指标完成情况"),
    ];
    let row = |project: &ProjectRow| {
        let ProjectRow { targets, reached, unreported, .. } = project;
        let unreported = if *unreported == 0 { String::new() } else { format!("，{unreported}项未报") };
        let grade = project.grade.map_or("未定稿", crate::catalogue::document::Grade::chinese);
        vec![
            Cell::text(project.name.as_str()).over(3, 1),
            Cell::wan(project.budget).over(2, 1),
            Cell::wan(project.executed).over(2, 1),
            rate(project.rate),
            numeral(project.total),
            Cell::text(format!("{grade}；定量指标{targets}项，完成{reached}项{unreported}")),
        ]
    };
    std::iter::once(head).chain(projects.iter().map(row)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn targets_that_are_called_the_same_are_told_apart_by_their_goals() {
        let target = |goal: &str, name: &str| -> IndicatorRow {
            let row = json!({
                "goal": goal, "target": "a", "part": "output", "class": "quantity", "name": name, "indicator": null,
                "sign": "at_least", "value": 1, "unit": null, "actual": null, "actual_text": null, "weight": 1,
                "score": null, "band": null, "deviation": null, "reason_needed": false, "reason": null,
                "measures": null, "correction": null
            });
            serde_json::from_value(row).unwrap()
        };
        let goal = |goal: &str, name: &str| -> GoalRow {
            let row = json!({"goal": goal, "level": "duty", "name": name, "expected": "", "actual": null});
            serde_json::from_value(row).unwrap()
        };
        let goals = [goal("a", "安全"), goal("b", "质量")];
        let targets = [
            target("a", "年度任务完成"),
            target("b", "年度任务完成"),
            target("b", "巩固率"),
            target("c", "年度任务完成"),
        ];
        let names: Vec<String> = targets.iter().map(|row| name(row, &targets, &goals)).collect();
        assert_eq!(names, ["安全：年度任务完成", "质量：年度任务完成", "巩固率", "年度任务完成"]);
    }
}
