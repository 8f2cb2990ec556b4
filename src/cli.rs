//! The command line: what can be asked of the program, each command in a file of its own.

mod audit;
mod bootstrap;
mod catalogue;
mod database;
mod demo;
mod failure;
mod files;
mod health;
mod migrate;
mod openapi;
mod secret;
mod serve;
mod service;
mod settings;

use std::process::ExitCode;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use failure::Failure;
use jixiao::config::ServeConfig;
use jixiao::say;

/// 绩效：县级教育局收集、跟踪和评价绩效 (how a county education bureau collects, follows and evaluates performance)
///
/// 每项设置都可用参数或环境变量给出，参数优先。
/// Every setting can be given by flag or by environment variable; the flag goes first.
#[derive(Parser)]
#[command(
    name = "jixiao",
    version,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_help_heading = "命令 Commands",
    next_help_heading = "通用 General"
)]
struct Arguments {
    #[command(flatten)]
    general: General,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct General {
    /// 日志级别，例如 info 或 jixiao=debug,warn；省略则为 info，演示时为 error；日志以 JSON 写到标准错误
    /// (which events are logged, as JSON on standard error; without it, info, and error in the demonstration)
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", global = true)]
    log: Option<String>,

    /// 显示帮助，-h 较简短 (print help, -h a shorter one)
    #[arg(short, long, action = ArgAction::Help, global = true)]
    help: (),

    /// 显示版本 (print the version)
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: (),
}

/// The one list of commands.
#[derive(Subcommand)]
enum Command {
    /// 启动服务 (run the service)
    Serve(ServeConfig),
    /// 将数据库结构升级到此版本 (bring the database's schema up to this version)
    Migrate(migrate::Arguments),
    /// 创建教育局及其首位管理员 (make a bureau and its first administrator)
    Bootstrap(bootstrap::Arguments),
    /// 检查、导入、导出指标目录 (check, import and export a catalogue)
    #[command(subcommand)]
    Catalogue(catalogue::Command),
    /// 核对审计日志未被改动 (verify that nobody changed the journal)
    #[command(subcommand)]
    Audit(audit::Command),
    /// 演示：一个县从填报到报告的全过程 (show a county's year, from its forms to its report)
    Demo(demo::Arguments),
    /// 核对佐证材料与数据库 (compare the evidence files with the database)
    #[command(subcommand)]
    Files(files::Command),
    /// 检查正在运行的服务是否就绪 (ask the running service whether it is ready)
    Health(health::Arguments),
    /// 输出 OpenAPI 文档 (print the OpenAPI document)
    Openapi,
}

impl Command {
    /// What is logged where nobody says.
    fn usual_log(&self) -> &'static str {
        match self {
            // It has a story to tell, in which each request would be a line too many.
            Self::Demo(_) => "error",
            _ => "info",
        }
    }

    async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Serve(arguments) => serve::run(arguments).await,
            Self::Migrate(arguments) => migrate::run(arguments).await,
            Self::Bootstrap(arguments) => bootstrap::run(arguments).await,
            Self::Catalogue(command) => catalogue::run(command).await,
            Self::Audit(command) => audit::run(command).await,
            // A long story: not on the stack of every command.
            Self::Demo(arguments) => Box::pin(demo::run(arguments)).await,
            Self::Files(command) => files::run(command).await,
            Self::Health(arguments) => health::run(arguments).await,
            Self::Openapi => openapi::run(),
        }
    }
}

/// Does what the command line asks; 0 where it was done, 1 where it was not, 2 where it was not understood.
pub(crate) async fn run() -> ExitCode {
    let Arguments { general, command } = match settings::read() {
        Ok(arguments) => arguments,
        Err(exit_code) => return exit_code,
    };
    let Some(command) = command else {
        let shown = Arguments::command().print_long_help();
        return if shown.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    };
    let done = match jixiao::telemetry::start_logging(general.log.as_deref().unwrap_or(command.usual_log())) {
        Ok(()) => command.run().await,
        Err(error) => {
            Err(Failure::setting("--log (RUST_LOG)", &say!("无法识别", "it is not understood")).caused_by(&error))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::FAILURE
        }
    }
}
