//! The bureau's report: assembled, checked, approved by a leader, published, and written into a folder.

use std::fs;
use std::path::Path;

use jixiao::say;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{items, text};
use super::client::Session;
use super::example::{Cycle, Expected, Report};
use super::office::Office;
use super::{Step, tell};
use crate::cli::failure::Failure;

/// The formats in which a report is written.
const ENDINGS: [&str; 3] = ["docx", "pdf", "html"];

/// Has the report of the year, and says how many of its findings were not expected, or expected and not found.
pub(super) async fn publish(office: &Office, cycle: &Cycle, folder: &Path) -> Result<usize, Failure> {
    let Some(report) = &cycle.report else { return Ok(0) };
    let step =
        Step::begin(&say!("编写、核对、批准和发布报告", "assembling, checking, approving and publishing the report"))?;
    let author = office.session(&report.assembled_by).await?;
    let asked = json!({ "year": cycle.year, "template": report.template });
    let assembled = author.post("/v1/reports", &asked).await?.granted()?;
    let code = text(&assembled, "code");
    let path = format!("/v1/reports/{code}");
    let shown = author.get(&path).await?;
    let (acknowledged, faults) = judge(items(&assembled, "findings"), &report.expected)?;
    let leader = office.session(&report.approved_by).await?;
    leader.post(&format!("{path}/approve"), &json!({ "acknowledged": acknowledged })).await?.granted()?;
    author.post(&format!("{path}/publish"), &json!({})).await?.granted()?;
    let verified = leader.get(&format!("{path}/verify")).await?;
    let is_identical = verified.get("identical").and_then(Value::as_bool) == Some(true);
    write(author, &path, report, folder).await?;
    let numbers = shown.pointer("/document/sources").and_then(Value::as_array).map_or(0, Vec::len);
    let same = if is_identical { ("一致", "the same") } else { ("不一致", "NOT the same") };
    let ((zh, en), found) = (same, items(&assembled, "findings").len());
    step.end(&say!(
        "{code}：{numbers} 个可追溯的数字，提示 {found} 条，重新生成{zh}",
        "{numbers} traced numbers, {found} findings, assembled again it is {en}"
    ))?;
    Ok(faults + usize::from(!is_identical))
}

/// Says what was found, and what the leader says to it: the reason that the example has for it.
fn judge(findings: &[Value], expected: &[Expected]) -> Result<(Vec<Value>, usize), Failure> {
    let mut acknowledged = Vec::new();
    let mut open: Vec<&Expected> = expected.iter().collect();
    let mut faults = 0;
    for finding in findings {
        let (quote, message) = (text(finding, "quote"), text(finding, "message"));
        tell(&say!("  ⚑ “{quote}”：{message}", "found"))?;
        let is_meant = |each: &Expected| each.kind == text(finding, "kind") && quote.contains(&each.quote);
        faults += usize::from(!expected.iter().any(is_meant));
        open.retain(|each| !is_meant(each));
        let reason = expected.iter().find(|each| is_meant(each)).map_or("", |each| each.reason.as_str());
        if !reason.is_empty() {
            acknowledged.push(json!({ "finding": text(finding, "id"), "reason": reason }));
        }
    }
    Ok((acknowledged, faults + open.len()))
}

/// Writes the report in each format, but for those that the service was built without.
async fn write(session: &Session, path: &str, report: &Report, folder: &Path) -> Result<(), Failure> {
    let folder = folder.join("report");
    fs::create_dir_all(&folder)?;
    for ending in ENDINGS {
        let (status, bytes) = session.download(&format!("{path}/document.{ending}")).await?;
        let file = folder.join(format!("{}.{ending}", report.template));
        let name = file.display();
        match status {
            StatusCode::OK => {
                fs::write(&file, bytes)?;
                tell(&say!("  已写入 {name}", "written"))?;
            }
            StatusCode::NOT_IMPLEMENTED => {
                tell(&say!("  未写 {ending}：编译时需要 --features {ending}", "not written: built without it"))?;
            }
            status => return Err(Failure::new(&say!("{path} {ending} 答复 {status}", "{path} answers {status}"))),
        }
    }
    Ok(())
}
