//! `jixiao audit`: whether the journal is as it was.

use std::fs;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jixiao::audit::{JournalHead, Report, check_head, hexadecimal, verify};
use jixiao::config::DatabaseConfig;
use jixiao::organisations::find_bureau;
use jixiao::platform::access::Scope;
use jixiao::platform::db::Database;
use jixiao::say;

use super::database::Databases;
use super::failure::Failure;

/// What to do with the journal.
#[derive(Subcommand)]
pub(super) enum Command {
    /// 从头核对审计日志的哈希链；有改动则指出第一处，退出码为 1
    /// (verify the journal's chain of hashes from its beginning; names the first fault, with exit code 1)
    Verify(Verify),
}

/// Whose journal, and against what.
#[derive(Args)]
pub(super) struct Verify {
    /// 教育局代码；省略则取 --head 文件中的 (code of the bureau; without it, that of --head)
    #[arg(long, value_name = "CODE", required_unless_present = "head")]
    bureau: Option<String>,

    /// 以前保存的 GET /v1/journal/head 的答复，核对日志仍然通向它
    /// (an answer of GET /v1/journal/head that was kept; the journal must still lead to it)
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseConfig,
}

/// Does what is asked.
pub(super) async fn run(command: Command) -> Result<(), Failure> {
    const CONNECTIONS: u16 = 2;
    let Command::Verify(arguments) = command;
    let head = arguments.head.as_deref().map(read_head).transpose()?;
    let databases = Databases::open(&arguments.database, CONNECTIONS).await?;
    let db = databases.as_app()?;
    let outcome = check(&db, arguments.bureau.as_deref(), head.as_ref()).await;
    drop(db);
    databases.close().await?;
    outcome
}

fn read_head(path: &std::path::Path) -> Result<JournalHead, Failure> {
    let file = path.display();
    let unusable = |cause: &(dyn std::error::Error + 'static)| {
        Failure::new(&say!("无法读取 {file}", "cannot read {file}")).caused_by(cause)
    };
    let text = fs::read(path).map_err(|error| unusable(&error))?;
    serde_json::from_slice(&text).map_err(|error| unusable(&error))
}

async fn check(db: &Database, bureau: Option<&str>, head: Option<&JournalHead>) -> Result<(), Failure> {
    let code = bureau.or(head.map(|head| head.bureau.as_str())).unwrap_or_default();
    let scope: Scope = db.unscoped(async |tx| find_bureau(tx, code, "audit").await).await?;
    if let Some(head) = head {
        if head.bureau != code {
            let of = &head.bureau;
            return Err(Failure::new(&say!("--head 属于另一个局 {of}", "--head is of another bureau, {of}")));
        }
        if let Some(fault) = check_head(db, head).await? {
            return Err(Failure::new(&fault));
        }
        // The chain has to pass through the head: first up to it, then as a whole.
        let until = verify(db, &scope, Some(head.position), |_| {}).await?;
        if until.fault.is_none() && (until.sound, hexadecimal(&until.hash)) != (head.position, head.hash.clone()) {
            let position = head.position;
            return Err(Failure::new(&say!(
                "日志不再通向保存的第 {position} 条：被整体重写或截断",
                "the journal does not lead to entry {position} of the file any more: it was rewritten as a whole, or cut off"
            )));
        }
    }
    let shows = stderr().is_terminal();
    let report = verify(db, &scope, None, |position| {
        if shows {
            eprint!("\r{position}");
        }
    })
    .await?;
    if shows {
        eprintln!();
    }
    tell(code, &report, head)
}

fn tell(code: &str, report: &Report, head: Option<&JournalHead>) -> Result<(), Failure> {
    let Report { sound, hash, fault, waiting } = report;
    if let Some(fault) = fault {
        return Err(Failure::new(&fault.message()));
    }
    let mut output = stdout().lock();
    let hash = hexadecimal(hash);
    writeln!(output, "{code}: {sound} 条，链完整，末条哈希 {hash}")?;
    writeln!(output, "{code}: {sound} entries, the chain is whole, the last hash is {hash}")?;
    if let Some(head) = head {
        let (position, at) = (head.position, head.at);
        writeln!(output, "与 {at} 保存的第 {position} 条相符 (leads through entry {position}, as kept on {at})")?;
    }
    if *waiting > 0 {
        return Err(Failure::new(&say!(
            "{waiting} 条超过一分钟仍未封存：服务没有在运行，或被人绕过",
            "{waiting} entries have not been sealed for more than a minute: no service runs, or somebody went past it"
        )));
    }
    Ok(())
}
