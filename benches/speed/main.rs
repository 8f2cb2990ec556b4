//! How fast the service is, beside what the same machine can do: `cargo bench`, or `cargo bench -- submit figure`.
//!
//! Every bench starts a PostgreSQL of its own with its durable defaults, and the service as a process beside it. What
//! counts are ratios of things measured in turns in one run; see `docs/performance.md`. The sizes can be changed by
//! environment variables:
//!
//! | variable                | default |                                                                 |
//! |-------------------------|---------|-----------------------------------------------------------------|
//! | `BENCH_FOLDER`          | the system's temporary folder | where the databases are put; should be a disk |
//! | `BENCH_CONNECTIONS`     | 32      | connections at once in `submit`, `record` and `payment`         |
//! | `BENCH_ROUNDS`          | 5       | rounds of each side in `submit`, `record` and `payment`         |
//! | `BENCH_SECONDS`         | 3       | seconds a round in `submit`, `record` and `payment`             |
//! | `BENCH_IMPORT_ROWS`     | 25000   | submissions of 40 values in `import`                            |
//! | `BENCH_PAYMENTS`        | 20000   | payments a file in `payment`                                    |
//! | `BENCH_FIGURES`         | 1000    | questions asked of each side in `figure`                        |
//! | `BENCH_SHEETS`          | 20      | sheets of the department computed in `sheet`                    |
//! | `BENCH_REPORTS`         | 20      | reports assembled, and written in each format, in `report`      |
//! | `BENCH_TEMPLATES`       | 50      | workbooks of a form in `workbook`                               |
//! | `BENCH_WORKBOOK_ROWS`   | 100000  | payments of the workbook in `workbook`                          |
//! | `BENCH_ENTRIES`         | 200000  | entries sealed and verified in `journal`                        |
//! | `BENCH_STARTS`          | 5       | starts in `start`                                               |

mod figure;
mod import;
mod journal;
mod payment;
mod record;
mod report;
mod sheet;
mod start;
mod submit;
mod support;
mod workbook;

use std::process::ExitCode;

use support::Result;
use support::table::Table;

#[tokio::main]
async fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let mut table = Table::default();
    match run(&wanted, &mut table).await {
        Ok(()) => {
            println!("\n{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("\n{table}");
            eprintln!("a bench could not be run: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(wanted: &[String], table: &mut Table) -> Result<()> {
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|each| each == name);
    if is_wanted("submit") {
        submit::run(table).await?;
    }
    if is_wanted("import") {
        import::run(table).await?;
    }
    if is_wanted("record") {
        record::run(table).await?;
    }
    if is_wanted("payment") {
        payment::run(table).await?;
    }
    if is_wanted("report") {
        report::run(table).await?;
    }
    if is_wanted("workbook") {
        workbook::run(table).await?;
    }
    if is_wanted("journal") {
        journal::run(table).await?;
    }
    if is_wanted("figure") {
        figure::run(table).await?;
    }
    if is_wanted("sheet") {
        sheet::run(table).await?;
    }
    if is_wanted("start") {
        start::run(table).await?;
    }
    Ok(())
}
