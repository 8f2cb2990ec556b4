//! `jixiao files`

use std::io::{self, IsTerminal, Write, stderr, stdout};

use clap::{Args, Subcommand};
use jixiao::config::{DatabaseConfig, FilesConfig};
use jixiao::files::{Fault, Files, Finding, inspect};
use jixiao::platform::access::Scope;
use jixiao::platform::clock::Clock;
use jixiao::platform::db::{Database, Role};
use jixiao::{maintenance, say};
use secrecy::ExposeSecret;

use super::database::Databases;
use super::failure::Failure;

/// What can be done with the evidence files.
#[derive(Subcommand)]
pub(super) enum Command {
    /// 逐个读取并核对所有内容：缺失、被改动、数据库中没有的；有问题则以 1 结束
    /// (read and compare every content: missing, altered, unknown to the database; ends with 1 where there are findings)
    Check(Check),
}

#[derive(Args)]
pub(super) struct Check {
    /// 将缺失或被改动的标记为丢失，恢复的取消标记，并为数据库中没有的内容开始计算保留期
    /// (mark what is missing or altered as lost, and what is back as not lost; begin the grace of what is unknown)
    #[arg(long)]
    repair: bool,

    #[command(flatten)]
    files: FilesConfig,

    #[command(flatten)]
    database: DatabaseConfig,
}

/// Does it.
pub(super) async fn run(command: Command) -> Result<(), Failure> {
    let Command::Check(check) = command;
    let databases = Databases::open(&check.database, 2).await?;
    let outcome = match Files::open(&check.files, &check.database.data_dir) {
        Ok(files) => compare(&databases, &files, check.repair).await,
        Err(error) => Err(error.into()),
    };
    databases.close().await?;
    match outcome? {
        0 => Ok(()),
        count => Err(Failure::new(&say!("发现 {count} 个问题", "{count} findings"))),
    }
}

async fn compare(databases: &Databases, files: &Files, repair: bool) -> Result<usize, Failure> {
    databases.check_schema().await?;
    let db = Database::new(databases.app_url()?.expose_secret(), 2, Clock::default(), Role::App)?;
    let mut count = 0;
    for bureau in maintenance::bureaus(&db).await? {
        let scope = Scope::system(bureau, "files-check");
        let shows_progress = stderr().is_terminal();
        let mut done = 0;
        let findings = inspect(&db, files, &scope, repair, |progress| {
            done = progress.done;
            if shows_progress {
                eprint!("\r{} / {}", progress.done, progress.of);
            }
        })
        .await?;
        if shows_progress {
            eprintln!();
        }
        report(bureau, done, &findings)?;
        count += findings.len();
    }
    Ok(count)
}

fn report(bureau: i32, done: u64, findings: &[Finding]) -> io::Result<()> {
    let mut output = stdout().lock();
    for Finding { sha256, fault } in findings {
        let fault = match fault {
            Fault::Missing => "缺失 missing",
            Fault::Altered => "被改动 altered",
            Fault::Unknown => "数据库中没有 unknown",
        };
        writeln!(output, "{bureau}/{sha256}  {fault}")?;
    }
    writeln!(output, "教育局 bureau {bureau}: {done} 个内容 contents, {} 个问题 findings", findings.len())?;
    output.flush()
}
