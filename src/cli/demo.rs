//! `jixiao demo`: a county's year from empty folders to the figures of its report, through the HTTP API.

mod acts;
mod answers;
mod client;
mod cycle;
mod example;
mod folder;
mod office;
mod registers;
mod report;
mod review;
mod schools;
mod statements;
mod table;

use std::io::{self, Write, stdout};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use clap::builder::BoolishValueParser;
use jixiao::catalogue::document::CatalogueDocument;
use jixiao::config::{DatabaseConfig, FilesConfig, LimitConfig, S3Config, ServeConfig, TokenConfig};
use jixiao::identity::Role;
use jixiao::platform::message::Message;
use jixiao::say;
use rand::seq::IndexedRandom;

use self::answers::number;
use self::example::Example;
use self::office::Office;
use self::review::Reviewers;
use super::bootstrap;
use super::failure::Failure;
use super::serve::StopSignal;
use super::service::Service;

/// Requests that the demonstration sends at once.
const AT_ONCE: usize = 16;

/// How the demonstration is run.
#[derive(Args)]
#[command(next_help_heading = "演示 Demonstration")]
pub(super) struct Arguments {
    /// 核对后即结束，一切如预期则退出码为 0，不再继续服务 (end after the check, with exit code 0 if all went as expected)
    #[arg(long, env = "JIXIAO_DEMO_EXIT", value_parser = BoolishValueParser::new())]
    exit: bool,

    /// 示例目录 (folder of the example)
    #[arg(long, env = "JIXIAO_DEMO_EXAMPLE", default_value = "examples/shenze-2022", value_name = "DIR")]
    example: PathBuf,

    /// 演示用的数据目录，每次开始时清空 (folder of the demonstration's data, emptied at each start)
    #[arg(long, env = "JIXIAO_DEMO_DATA_DIR", default_value = ".jixiao/demo", value_name = "DIR")]
    data_dir: PathBuf,

    /// 内置 PostgreSQL 的程序目录；省略则自动查找
    /// (folder of the programs of the embedded PostgreSQL; without it, the newest that is found)
    #[arg(long, env = "PG_BIN", value_name = "DIR")]
    pg_bin: Option<PathBuf>,

    /// 服务地址；省略则选用空闲端口 (address of the API; without it, any free port)
    #[arg(long, env = "JIXIAO_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// /metrics 的地址；省略则选用空闲端口 (address of /metrics; without it, any free port)
    #[arg(long, env = "JIXIAO_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
}

/// Shows the main job, and then serves until it is told to stop.
pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut signals = StopSignal::listen()?;
    let example = Example::read(&arguments.example)?;
    let started = Instant::now();
    let step = Step::begin(&say!("启动 PostgreSQL 和服务", "starting PostgreSQL and the service"))?;
    folder::renew(&arguments.data_dir)?;
    let service = Service::start(settings(&arguments)?).await?;
    let office = Office::new(&example, service.address(), password())?;
    let bureau = &example.bureau;
    let administrator = &example.administrator()?.username;
    let (name, code) = (&bureau.name, &bureau.code);
    let password = office.password.as_str().into();
    bootstrap::make_bureau(&service.owner_database()?, code, name, administrator, &password).await?;
    step.end(&say!("{name}（{code}）与管理员 {administrator}", "the bureau and its administrator"))?;

    let metrics = service.metrics_address();
    let mut outcome = Ok(());
    let shown = async {
        outcome = tokio::select! {
            shown = show(&office, &example, &arguments.data_dir, started) => shown,
            () = signals.received() => return,
        };
        if outcome.is_ok() && !arguments.exit {
            outcome = invite(&office, &example, metrics).map_err(Failure::from);
            signals.received().await;
        }
    };
    service.run_until(shown).await?;
    outcome
}

/// The service's settings: its own database, and no bound on how quickly one caller may ask.
fn settings(arguments: &Arguments) -> io::Result<ServeConfig> {
    let listen = arguments.listen.map_or_else(free_address, Ok)?;
    Ok(ServeConfig {
        files: FilesConfig {
            files_dir: None,
            file_mib: 50,
            school_quota_mib: 1024,
            files_grace_days: 14,
            s3: S3Config {
                bucket: None,
                endpoint: None,
                region: "us-east-1".to_owned(),
                access_key_id: None,
                secret_access_key: None,
            },
        },
        listen,
        metrics_listen: arguments.metrics_listen.map_or_else(free_address, Ok)?,
        changes_days: 0,
        cors_origins: Vec::new(),
        pool_size: 32,
        migrate: false,
        database: DatabaseConfig {
            database_url: None,
            migration_database_url: None,
            data_dir: arguments.data_dir.clone(),
            pg_bin: arguments.pg_bin.clone(),
        },
        tokens: TokenConfig {
            issuer: format!("http://{listen}"),
            secret: None,
            access_token_seconds: 600,
            session_days: 14,
            key_rotation_days: 30,
        },
        limits: LimitConfig {
            max_in_flight: 256,
            rate_limit: 0,
            request_seconds: 30,
            drain_seconds: 0,
            shutdown_seconds: 30,
        },
    })
}

/// An address that nobody listens on. It has to be known before the service starts, as issuer of the tokens.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// A password for one demonstration, easy to type.
fn password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut group = || (0..4).filter_map(|_| LETTERS.choose(&mut random)).copied().map(char::from).collect::<String>();
    [group(), group(), group(), group()].join("-")
}

/// The main job.
///
/// # Errors
/// Where something did not go as the example says it should.
async fn show(office: &Office, example: &Example, folder: &Path, started: Instant) -> Result<(), Failure> {
    let (reviewers, catalogue) = set_up(office, example).await?;
    let mut faults = 0;
    for (period, round) in &example.rounds {
        faults += play(office, example, &reviewers, period, round).await?;
    }
    faults += registers::play(office, example, &catalogue).await?;
    let reader = office.session(&reader(example)?).await?;
    faults += cycle::play(office, example, reader).await?;
    if let Some(cycle) = &example.cycle {
        faults += report::publish(office, cycle, folder).await?;
    }
    let step = Step::begin(&say!("核对报告", "holding the report against the figures"))?;
    let unexpected = statements::compare(reader, &example.statements).await?;
    let (all, differing) = (example.statements.len(), example.statements.iter().filter(|each| each.differs.is_some()));
    let differing = differing.count();
    step.end(&say!(
        "{all} 句中预期不同 {differing} 句，意外 {unexpected} 句",
        "{all} statements, {differing} known to differ, {unexpected} unexpected"
    ))?;
    faults += unexpected;
    for statement in example.statements.iter().filter(|statement| statement.trace) {
        faults += usize::from(!statements::trace(reader, statement).await?);
    }
    let (seconds, people) = (started.elapsed().as_secs_f64(), office.logged_in());
    tell(&say!("用时 {seconds:.1} 秒，{people} 个账号登录", "{seconds:.1} s in all, {people} people logged in"))?;
    if faults == 0 {
        return Ok(());
    }
    Err(Failure::new(&say!("有 {faults} 处与示例的预期不符", "{faults} things went otherwise than expected")))
}

async fn set_up(office: &Office, example: &Example) -> Result<(Reviewers, CatalogueDocument), Failure> {
    let step = Step::begin(&say!("导入机构和目录", "importing organisations and catalogue"))?;
    let entered = office.enter_organisations(example).await?;
    let organisations = count(&entered, "/created") + count(&entered, "/unchanged") + count(&entered, "/updated");
    let catalogue = office.enter_catalogue(example).await?;
    let (indicators, forms, registers) = (catalogue.indicators.len(), catalogue.forms.len(), catalogue.registers.len());
    step.end(&say!(
        "{organisations} 个机构，{indicators} 个指标，{forms} 张表，{registers} 本台账",
        "{organisations} organisations, {indicators} indicators, {forms} forms, {registers} registers"
    ))?;
    let step = Step::begin(&say!("建立账号", "making accounts"))?;
    let accounts = office.make_accounts(example).await?;
    step.end(&say!("{accounts} 个账号", "{accounts} accounts"))?;
    Ok((Reviewers::of(example, &catalogue)?, catalogue))
}

/// A period: submitted, reviewed. Says how many things went otherwise than expected.
async fn play(
    office: &Office,
    example: &Example,
    reviewers: &Reviewers,
    period: &str,
    round: &example::Round,
) -> Result<usize, Failure> {
    let step = Step::begin(&say!("{period}：填报与审核", "{period}: submitting and reviewing"))?;
    let refused = schools::try_mistakes(office, round).await?;
    for returned in review::return_some(office, reviewers, round).await? {
        tell(&say!("  ↩ {returned}", "returned to be mended"))?;
    }
    schools::submit_all(office, round).await?;
    if !round.files.is_empty() {
        let reports = office.import(example, &round.files).await?;
        for (file, report) in round.files.iter().zip(reports) {
            let (name, created) = (&file.name, count(&report, "/created"));
            tell(&say!("  导入 {name}：{created} 份", "imported as CSV"))?;
        }
    }
    let boards = review::accept_all(office, reviewers, round).await?;
    let (submitted, mistakes) = (round.submissions.len(), round.mistakes.len());
    let review::Boards { accepted, missing } = boards;
    step.end(&say!(
        "学校提交 {submitted} 份，拒收 {refused}/{mistakes} 份有误的，审核通过 {accepted} 份，未报 {missing} 份",
        "{submitted} submitted, {refused} of {mistakes} mistakes refused, {accepted} accepted, {missing} missing"
    ))?;
    Ok(mistakes.abs_diff(refused))
}

/// Somebody who may ask for any figure.
fn reader(example: &Example) -> Result<String, Failure> {
    let reader = example.accounts.iter().find(|account| account.roles.contains(&Role::Leader));
    let reader = reader.or_else(|| example.accounts.iter().find(|each| !each.roles.contains(&Role::Administrator)));
    let nobody = || Failure::new(&say!("示例中没有人可以查看数据", "nobody in the example may ask for figures"));
    reader.map(|account| account.username.clone()).ok_or_else(nobody)
}

fn count(answer: &serde_json::Value, pointer: &str) -> u64 {
    number(answer, pointer).and_then(|number| number.try_into().ok()).unwrap_or_default()
}

/// Says where everything is, and how to try it.
fn invite(office: &Office, example: &Example, metrics: SocketAddr) -> io::Result<()> {
    let Office { address, password, .. } = office;
    tell(&say!("服务继续运行，按 Ctrl-C 结束", "the service goes on; Ctrl-C ends it"))?;
    print(&format!("  接口 API      http://{address}/v1"))?;
    print(&format!("  文档 docs     http://{address}/docs/"))?;
    print(&format!("  OpenAPI       http://{address}/openapi.json"))?;
    print(&format!("  指标 metrics  http://{metrics}/metrics"))?;
    print(&format!("  密码 password {password}"))?;
    for account in &example.accounts {
        print(&format!("  账号 account  {}  {}", account.username, account.display_name))?;
    }
    if let Some(school) = example.schools().first() {
        print(&format!("  学校 schools  {}  {}", office::reporter(school), office::principal(school)))?;
    }
    let username = reader(example).unwrap_or_default();
    tell(&say!("试一试", "try it"))?;
    print(&format!(
        "  TOKEN=$(curl -s http://{address}/oauth/token -d grant_type=password -d username={username} \\\n    \
         -d password={password} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
    ))?;
    if let Some(statement) = example.statements.first() {
        let query = format!("indicator={}&period={}", statement.indicator, statement.period);
        print(&format!("  curl -s -H \"Authorization: Bearer $TOKEN\" 'http://{address}/v1/figures?{query}'"))?;
    }
    Ok(())
}

/// A part of the demonstration, and how long it takes.
struct Step(Instant);

impl Step {
    fn begin(what: &Message) -> io::Result<Self> {
        let Message { zh, en } = what;
        tell(&say!("▸ {zh}", "{en}"))?;
        Ok(Self(Instant::now()))
    }

    fn end(self, outcome: &Message) -> io::Result<()> {
        let Message { zh, en } = outcome;
        let seconds = self.0.elapsed().as_secs_f64();
        tell(&say!("  ✓ {zh}，{seconds:.1} 秒", "{en}"))
    }
}

/// Says something in both languages.
fn tell(message: &Message) -> io::Result<()> {
    print(&format!("{} ({})", message.zh, message.en))
}

fn print(line: &str) -> io::Result<()> {
    writeln!(stdout().lock(), "{line}")
}
