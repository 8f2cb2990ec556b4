//! Rounds and sheets as the official forms (绩效运行监控表). Pure.

use chrono::Month;
use rust_decimal::Decimal;

use super::model::{EnteredTarget, Reason, ReasonKind, Round, SeenTarget, Sheet, State, ValueState};
use crate::documents::{Cell, Table, beside, under_heads};
use crate::scoring::{Light, Likelihood};

const REASONS: [(ReasonKind, &str); 5] = [
    (ReasonKind::Funding, "经费保障"),
    (ReasonKind::Institution, "制度保障"),
    (ReasonKind::Personnel, "人员保障"),
    (ReasonKind::Hardware, "硬件条件保障"),
    (ReasonKind::Other, "其他"),
];

const LIKELIHOODS: [(Likelihood, &str); 3] =
    [(Likelihood::Certain, "确定能"), (Likelihood::Possible, "有可能"), (Likelihood::Impossible, "完全不可能")];

/// The head of the block, 一级, 二级, 三级指标, 性质, 年度指标值, 单位, 执行情况, 全年预计, five reasons, what is said of them,
/// three likelihoods, 预警.
const WIDTHS: [u32; 19] = [9, 9, 10, 22, 6, 10, 7, 11, 11, 6, 6, 6, 6, 6, 20, 6, 6, 7, 6];
const COLUMNS: u16 = 19;

/// The official form of a sheet, with amounts in 10,000 yuan (万元).
pub(super) fn of_sheet(round: &Round, sheet: &Sheet) -> Table {
    let year = round.cut_off.year;
    let mut rows = beside("项目资金\n（万元）", funds(round, sheet));
    rows.extend(beside("绩效指标", targets(round, sheet)));
    let measures = sheet.entered.measures.as_deref().unwrap_or("—");
    rows.extend(beside("改进措施", vec![vec![Cell::text(measures).over(COLUMNS - 1, 1)]]));
    let seen = &sheet.seen;
    let head = |left: &str, value: &str, right: &str, other: &str| {
        vec![
            Cell::head(left),
            Cell::text(value).over(7, 1),
            Cell::head(right).over(3, 1),
            Cell::text(other).over(COLUMNS - 11, 1),
        ]
    };
    Table {
        caption: format!("项目支出绩效运行监控表（{year}年度，{}）", months(round.cut_off.month)),
        widths: WIDTHS.to_vec(),
        head: vec![
            head("项目名称", &seen.name, "项目编码", &sheet.project),
            head("实施单位", &seen.organisation_name, "填报状态", state(sheet.state)),
        ],
        rows,
        landscape: true,
    }
}

/// The months that a round looks at: 1—7月.
fn months(month: Month) -> String {
    match month.number_from_month() {
        1 => "1月".to_owned(),
        last => format!("1—{last}月"),
    }
}

const fn state(state: State) -> &'static str {
    match state {
        State::NotBegun => "未填报",
        State::Draft => "填报中",
        State::Submitted => "已提交",
        State::Returned => "已退回",
        State::Reviewed => "已审核",
    }
}

fn amount(yuan: Option<Decimal>) -> Cell {
    yuan.map_or_else(Cell::nothing, Cell::wan)
}

fn numeral(number: Option<Decimal>) -> Cell {
    number.map_or_else(Cell::nothing, |number| Cell::numeral(number, 0))
}

fn rate(percent: Option<Decimal>) -> Cell {
    percent.map_or_else(Cell::nothing, Cell::percent)
}

fn light(light: Option<Light>) -> Cell {
    light.map_or_else(Cell::nothing, |light| Cell::centred(light.chinese()))
}

fn marks(reason: Option<&Reason>) -> impl Iterator<Item = Cell> {
    let marked = |kind| reason.is_some_and(|reason| reason.kinds.contains(&kind));
    REASONS.map(|(kind, _)| Cell::centred(if marked(kind) { "√" } else { "" })).into_iter()
}

fn said(reason: Option<&Reason>) -> Cell {
    Cell::text(reason.map(|reason| reason.text.as_str()).unwrap_or_default())
}

fn funds(round: &Round, sheet: &Sheet) -> Vec<Vec<Cell>> {
    let months = months(round.cut_off.month);
    let head = vec![
        Cell::head("全年预算数").over(3, 1),
        Cell::head(format!("{months}执行数")).over(3, 1),
        Cell::head(format!("{months}执行率")).over(2, 1),
        Cell::head("全年预计执行数").over(3, 1),
        Cell::head("偏差原因").over(6, 1),
        Cell::head("预警"),
    ];
    let (seen, entered) = (sheet.seen.budget.as_ref(), &sheet.entered.budget);
    let kinds = entered.reason.iter().flat_map(|reason| {
        let named = REASONS.iter().filter(|(kind, _)| reason.kinds.contains(kind));
        named.map(|(_, name)| *name)
    });
    let kinds = kinds.collect::<Vec<_>>().join("、");
    let reason =
        entered.reason.as_ref().map_or_else(Cell::nothing, |reason| Cell::text(format!("{kinds}：{}", reason.text)));
    let row = vec![
        amount(seen.map(|seen| seen.budget)).over(3, 1),
        amount(seen.map(|seen| seen.executed)).over(3, 1),
        rate(seen.and_then(|seen| seen.rate)).over(2, 1),
        amount(entered.expected.or(seen.map(|seen| seen.projected))).over(3, 1),
        reason.over(6, 1),
        light(seen.and_then(|seen| seen.light)),
    ];
    vec![head, row]
}

fn targets(round: &Round, sheet: &Sheet) -> Vec<Vec<Cell>> {
    let months = months(round.cut_off.month);
    let tall = |text: &str| Cell::head(text).over(1, 2);
    let mut first: Vec<Cell> =
        ["一级指标", "二级指标", "三级指标", "指标性质", "年度指标值", "单位"].map(tall).to_vec();
    first.extend([tall(&format!("{months}执行情况")), tall("全年预计完成情况")]);
    first.extend([Cell::head("偏差原因分析").over(6, 1), Cell::head("完成目标可能性").over(3, 1), tall("预警")]);
    let reasons = REASONS.iter().map(|(_, name)| *name).chain(["原因说明"]);
    let second = reasons.chain(LIKELIHOODS.iter().map(|(_, name)| *name)).map(Cell::head).collect();
    let mut seen: Vec<&SeenTarget> = sheet.seen.targets().iter().collect();
    seen.sort_by_key(|seen| (seen.target.class.part(), seen.target.class));
    let nothing = EnteredTarget::default();
    let row = |seen: &&SeenTarget| {
        let target = &seen.target;
        let heads = [target.class.part().chinese().to_owned(), target.class.chinese().to_owned()];
        (heads, of_target(seen, sheet.entered.targets.get(&target.code).unwrap_or(&nothing)))
    };
    let rows = under_heads(seen.iter().map(row).collect());
    [first, second].into_iter().chain(rows).collect()
}

fn of_target(seen: &SeenTarget, entered: &EnteredTarget) -> Vec<Cell> {
    let target = &seen.target;
    let reason = entered.reason.as_ref();
    let actual = match seen.data {
        ValueState::NotMeasured => Cell::nothing(),
        // Not reported, which is not zero.
        ValueState::NoData => Cell::centred("未报"),
        ValueState::Available => numeral(seen.actual),
    };
    let mut cells = vec![
        Cell::text(target.name.as_str()),
        Cell::centred(target.sign.chinese()),
        numeral(target.value),
        Cell::centred(target.unit.as_deref().unwrap_or_default()),
        actual,
        numeral(entered.expected),
    ];
    cells.extend(marks(reason));
    cells.push(said(reason));
    cells.extend(
        LIKELIHOODS
            .map(|(likelihood, _)| Cell::centred(if entered.likelihood == Some(likelihood) { "√" } else { "" })),
    );
    cells.push(light(seen.light));
    cells
}

/// All sheets of a round, a row each, and what their budgets come to; with amounts in 10,000 yuan (万元).
pub(super) fn of_round(round: &Round, sheets: &[Sheet]) -> Table {
    let months = months(round.cut_off.month);
    let tall = |text: &str| Cell::head(text).over(1, 2);
    let names = ["序号", "项目名称", "实施单位"];
    let mut first: Vec<Cell> = names.map(tall).to_vec();
    first.extend([Cell::head("资金（万元）").over(5, 1), Cell::head("绩效指标").over(5, 1)]);
    first.extend(["偏差原因", "改进措施", "填报状态"].map(tall));
    let money =
        ["全年预算数".to_owned(), format!("{months}执行数"), format!("{months}执行率"), "全年预计执行数".to_owned()];
    let mut second: Vec<Cell> = money.into_iter().map(Cell::head).collect();
    second.extend(["预警", "指标数", "绿蓝灯", "黄灯", "红灯", "未报"].map(Cell::head));
    let mut rows: Vec<Vec<Cell>> = (1_u32..).zip(sheets).map(|(number, sheet)| of_project(number, sheet)).collect();
    rows.push(totals(sheets));
    Table {
        caption: format!("{}汇总表（{}年度，{months}）", round.name, round.cut_off.year),
        widths: vec![5, 24, 16, 11, 11, 9, 11, 6, 6, 7, 6, 6, 6, 24, 20, 8],
        head: vec![first, second],
        rows,
        landscape: true,
    }
}

fn of_project(number: u32, sheet: &Sheet) -> Vec<Cell> {
    let (seen, entered) = (sheet.seen.budget.as_ref(), &sheet.entered);
    let mut cells = vec![
        Cell::centred(number.to_string()),
        Cell::text(sheet.seen.name.as_str()),
        Cell::text(sheet.seen.organisation_name.as_str()),
        amount(seen.map(|seen| seen.budget)),
        amount(seen.map(|seen| seen.executed)),
        rate(seen.and_then(|seen| seen.rate)),
        amount(entered.budget.expected.or(seen.map(|seen| seen.projected))),
        light(seen.and_then(|seen| seen.light)),
    ];
    cells.extend(counts(&sheet.seen.targets().iter()));
    let reason = |name: &str, reason: &Option<Reason>| reason.as_ref().map(|reason| format!("{name}：{}", reason.text));
    let of_targets = sheet.seen.targets().iter().filter_map(|seen| {
        let entered = entered.targets.get(&seen.target.code)?;
        reason(&seen.target.name, &entered.reason)
    });
    let reasons: Vec<String> = reason("资金", &entered.budget.reason).into_iter().chain(of_targets).collect();
    cells.push(Cell::text(reasons.join("\n")));
    cells.push(Cell::text(entered.measures.as_deref().unwrap_or_default()));
    cells.push(Cell::centred(state(sheet.state)));
    cells
}

/// How many targets there are, are on their way, behind, far behind, and were not reported.
fn counts<'a>(targets: &(impl Iterator<Item = &'a SeenTarget> + Clone)) -> [Cell; 5] {
    let count = |counted: fn(&SeenTarget) -> bool| targets.clone().filter(|target| counted(target)).count();
    [
        count(|_| true),
        count(|target| matches!(target.light, Some(Light::Green | Light::Blue))),
        count(|target| target.light == Some(Light::Yellow)),
        count(|target| target.light == Some(Light::Red)),
        count(|target| target.data == ValueState::NoData),
    ]
    .map(|count| Cell::numeral(count.into(), 0))
}

fn totals(sheets: &[Sheet]) -> Vec<Cell> {
    let budgets = || sheets.iter().filter_map(|sheet| sheet.seen.budget.as_ref());
    let budget: Decimal = budgets().map(|seen| seen.budget).sum();
    let executed: Decimal = budgets().map(|seen| seen.executed).sum();
    let expected = sheets
        .iter()
        .filter_map(|sheet| sheet.entered.budget.expected.or(sheet.seen.budget.as_ref().map(|seen| seen.projected)));
    let mut cells = vec![
        Cell::head("合计").over(3, 1),
        amount(Some(budget)),
        amount(Some(executed)),
        rate(crate::scoring::percent(executed, budget)),
        amount(Some(expected.sum())),
        Cell::nothing(),
    ];
    cells.extend(counts(&sheets.iter().flat_map(|sheet| sheet.seen.targets())));
    cells.push(Cell::text("").over(3, 1));
    cells.into_iter().map(|cell| Cell { bold: true, ..cell }).collect()
}
