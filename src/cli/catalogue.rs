//! `jixiao catalogue`: a county's definitions as a file, for those who keep it under version control.

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jixiao::catalogue::{CatalogueFile, Catalogues, read_file, replace, write_yaml};
use jixiao::config::DatabaseConfig;
use jixiao::organisations::find_bureau;
use jixiao::platform::error::AppError;
use jixiao::say;

use super::database::as_owner;
use super::failure::Failure;

/// As whom the journal names these commands.
const ACTOR: &str = "catalogue";

/// What to do with the file.
#[derive(Subcommand)]
pub(super) enum Command {
    /// 检查文件，不需要数据库 (check a file, without a database)
    Check {
        /// YAML 或 JSON 文件 (a file in YAML or JSON)
        file: PathBuf,
    },
    /// 以文件替换一个局的指标目录，并输出变化 (replace a bureau's catalogue by the file, and print what changes)
    Import(Import),
    /// 将一个局的指标目录写入文件 (write a bureau's catalogue to a file)
    Export(Export),
}

/// Which file goes where.
#[derive(Args)]
pub(super) struct Import {
    /// YAML 或 JSON 文件 (a file in YAML or JSON)
    file: PathBuf,

    /// 教育局代码 (code of the bureau)
    #[arg(long, value_name = "CODE")]
    bureau: String,

    /// 只输出变化，不写入 (print what would change, and write nothing)
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    database: DatabaseConfig,
}

/// Whose catalogue goes into which file.
#[derive(Args)]
pub(super) struct Export {
    /// 要写的 YAML 文件，- 为标准输出 (the YAML file to write; - for standard output)
    file: PathBuf,

    /// 教育局代码 (code of the bureau)
    #[arg(long, value_name = "CODE")]
    bureau: String,

    #[command(flatten)]
    database: DatabaseConfig,
}

/// Checks, imports or exports.
pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Check { file } => check(&file),
        Command::Import(import) => import.run().await,
        Command::Export(export) => export.run().await,
    }
}

fn check(path: &Path) -> Result<(), Failure> {
    let file = read(path)?;
    file.compile().map_err(AppError::invalid)?;
    let document = &file.document;
    let (indicators, forms, registers) = (document.indicators.len(), document.forms.len(), document.registers.len());
    Ok(writeln!(
        stdout(),
        "{indicators} 项指标，{forms} 份表单，{registers} 本登记簿，没有错误 ({indicators} indicators, {forms} forms, \
         {registers} registers, no errors)"
    )?)
}

fn read(path: &Path) -> Result<CatalogueFile, Failure> {
    let bytes = fs::read(path).map_err(|error| unusable(path, &error))?;
    Ok(read_file(&bytes).map_err(AppError::invalid)?)
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::new(&say!("无法读写 {path}", "{path} cannot be read or written")).caused_by(error)
}

impl Import {
    async fn run(self) -> Result<(), Failure> {
        let file = read(&self.file)?;
        let changes = as_owner(&self.database, async |database| {
            let scope = database.unscoped(async |tx| find_bureau(tx, &self.bureau, ACTOR).await).await?;
            let imported = database.write_unless(self.dry_run, &scope, async |tx| {
                let replaced = replace(tx, &scope, &Catalogues::default(), &file.document).await;
                replaced.map_err(|error| match error.into_violations() {
                    Ok(violations) => AppError::invalid(file.locate(violations)),
                    Err(error) => error,
                })
            });
            Ok(imported.await?)
        });
        let changes = serde_json::to_string_pretty(&changes.await?)?;
        Ok(writeln!(stdout(), "{changes}")?)
    }
}

impl Export {
    async fn run(self) -> Result<(), Failure> {
        let document = as_owner(&self.database, async |database| {
            let scope = database.unscoped(async |tx| find_bureau(tx, &self.bureau, ACTOR).await).await?;
            let read = database.read(&scope, async |tx| Catalogues::default().current(tx, &scope).await);
            Ok(write_yaml(read.await?.document())?)
        });
        let document = document.await?;
        if self.file == Path::new("-") {
            return Ok(stdout().write_all(document.as_bytes())?);
        }
        fs::write(&self.file, document).map_err(|error| unusable(&self.file, &error))
    }
}
