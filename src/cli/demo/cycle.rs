//! The budget performance cycle: appraised, budgeted, paid, monitored, evaluated.

use std::collections::HashMap;

use jixiao::say;
use reqwest::Method;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::acts;
use super::answers::{items, number, text};
use super::client::Session;
use super::example::{Cycle, Example, File, Stage};
use super::office::Office;
use super::table::print_table;
use super::{Step, count, tell};
use crate::cli::failure::Failure;

/// Goes through the stages, and shows what came of it. Says how many things went otherwise than expected.
pub(super) async fn play(office: &Office, example: &Example, reader: &Session) -> Result<usize, Failure> {
    let Some(cycle) = &example.cycle else { return Ok(0) };
    let mut faults = 0;
    for stage in &cycle.stages {
        faults += play_stage(office, stage).await?;
    }
    show(reader, cycle).await?;
    Ok(faults)
}

async fn play_stage(office: &Office, stage: &Stage) -> Result<usize, Failure> {
    let (zh, en) = (&stage.told.zh, stage.told.en.as_deref().unwrap_or_default());
    let step = Step::begin(&say!("{zh}", "{en}"))?;
    for File { by, path, media_type, content } in &stage.files {
        let report = office.session(by).await?.send_file(Method::POST, path, media_type, content).await?;
        let (name, created) = (path.split('?').next().unwrap_or_default(), count(&report, "/created"));
        tell(&say!("  {name}：{created} 条", "imported"))?;
    }
    let deeds = acts::perform(office, &stage.acts).await?;
    step.end(&deeds.told())?;
    Ok(deeds.faults)
}

/// The cycle in one screen: what each project had, how far it came, what it scored, and what that means for the next year.
async fn show(session: &Session, Cycle { year, round, .. }: &Cycle) -> Result<(), Failure> {
    let asked = [("year", year.to_string()), ("by", "project".to_owned())];
    let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let execution = session.query("/v1/finance/execution", &asked).await?;
    let executed: HashMap<&str, &Value> =
        items(&execution, "items").iter().map(|row| (text(row, "key"), row)).collect();
    let sheets = session.list(&format!("/v1/monitoring/rounds/{round}/sheets"), &[]).await?;
    let lights: HashMap<&str, &str> =
        sheets.iter().map(|sheet| (text(sheet, "project"), text(sheet, "light"))).collect();
    let results = session.list(&format!("/v1/evaluations/{year}/results"), &[]).await?;
    let row = |result: &Value| {
        let subject = text(result, "subject");
        let rate = executed.get(subject).and_then(|row| number(row, "/rate"));
        let rank = number(result, "/rank").map_or_else(missing, |rank| rank.to_string());
        [
            text(result, "name").to_owned(),
            ten_thousands(number(result, "/budget")),
            rate.map_or_else(missing, |rate| format!("{} %", (rate * Decimal::ONE_HUNDRED).normalize())),
            light(lights.get(subject).copied().unwrap_or_default()),
            number(result, "/total").map_or_else(missing, |total| total.normalize().to_string()),
            grade(text(result, "grade")),
            rank,
            ten_thousands(number(result, "/suggested")),
        ]
    };
    let year = year.to_string();
    tell(&say!("{year} 年预算绩效", "the year's budget performance"))?;
    let head = [
        "项目 subject",
        "预算(万元) budget",
        "执行率 executed",
        "监控 light",
        "得分 score",
        "等级 grade",
        "名次 rank",
        "下年建议(万元) suggested",
    ]
    .map(str::to_owned);
    print_table(&std::iter::once(head).chain(results.iter().map(row)).collect::<Vec<_>>())?;
    let coverage = session.get(&format!("/v1/evaluations/{year}/coverage")).await?;
    let rectifications = session.list("/v1/rectifications", &[]).await?.len();
    let uncovered = items(&coverage, "missing").iter().filter(|each| text(each, "kind") == "project").count();
    tell(&say!(
        "  未自评的项目 {uncovered} 个；红灯转入整改 {rectifications} 项",
        "{uncovered} projects without a self-evaluation; {rectifications} rectifications opened by red lights"
    ))?;
    Ok(())
}

fn missing() -> String {
    "—".to_owned()
}

fn ten_thousands(yuan: Option<Decimal>) -> String {
    let scaled = |yuan: Decimal| {
        (yuan / Decimal::from(10_000)).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero).normalize()
    };
    yuan.map_or_else(missing, |yuan| scaled(yuan).to_string())
}

fn light(code: &str) -> String {
    match code {
        "red" => "红 red",
        "yellow" => "黄 yellow",
        "green" => "绿 green",
        "blue" => "蓝 blue",
        _ => "—",
    }
    .to_owned()
}

fn grade(code: &str) -> String {
    match code {
        "excellent" => "优",
        "good" => "良",
        "fair" => "中",
        "poor" => "差",
        _ => "—",
    }
    .to_owned()
}
