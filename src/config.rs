//! Settings: each by flag and by environment variable, checked at start.

#![expect(clippy::doc_markdown, reason = "these comments are the help texts")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use secrecy::SecretString;

use crate::platform::postgres::PostgresOptions;

/// The database. Without a URL the service brings up its own PostgreSQL in the data folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "数据库 Database")]
pub struct DatabaseConfig {
    /// 应用账户的 PostgreSQL 连接串，@文件 表示从文件读取；省略则在数据目录启动内置 PostgreSQL
    /// (PostgreSQL URL of the application role, or @FILE that holds it; without it, an embedded PostgreSQL)
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL", value_parser = secret)]
    pub database_url: Option<SecretString>,

    /// 执行迁移的账户的连接串，或 @文件；省略则与 DATABASE_URL 相同
    /// (URL of the migration role, or @FILE; without it, DATABASE_URL)
    #[arg(long, env = "MIGRATION_DATABASE_URL", hide_env_values = true, value_name = "URL", value_parser = secret)]
    pub migration_database_url: Option<SecretString>,

    /// 内置 PostgreSQL 与密钥的数据目录 (folder of the embedded PostgreSQL and of the secret)
    #[arg(long, env = "JIXIAO_DATA_DIR", default_value = ".jixiao", value_name = "DIR")]
    pub data_dir: PathBuf,

    /// 内置 PostgreSQL 的程序目录；省略则自动查找
    /// (folder of the programs of the embedded PostgreSQL; without it, the newest that is found)
    #[arg(long, env = "PG_BIN", value_name = "DIR")]
    pub pg_bin: Option<PathBuf>,
}

impl DatabaseConfig {
    /// How to run the embedded PostgreSQL, for a pool of `connections`.
    #[must_use]
    pub fn embedded(&self, connections: u16) -> PostgresOptions {
        // Beside the pool there are the migrations, maintenance, a backup, and what PostgreSQL keeps for superusers.
        const OTHERS: u16 = 20;
        let options =
            PostgresOptions::new(&self.data_dir).setting("max_connections", connections.saturating_add(OTHERS));
        match &self.pg_bin {
            Some(folder) => options.programs(folder),
            None => options,
        }
    }
}

/// Reads a setting that must not be seen: as it stands, or from the file named after an `@`, so that it appears neither
/// in the list of processes nor in the environment.
fn secret(text: &str) -> Result<SecretString, String> {
    let Some(file) = text.strip_prefix('@') else { return Ok(text.into()) };
    let content = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    Ok(content.trim_end_matches(['\r', '\n']).into())
}

/// Access tokens.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "令牌 Tokens")]
pub struct TokenConfig {
    /// 令牌签发者 (the issuer named in tokens; the public URL of the service)
    #[arg(long, env = "JIXIAO_ISSUER", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub issuer: String,

    /// 用于保护签名密钥的口令，至少 32 字符，或 @文件；使用内置 PostgreSQL 时可省略，由数据目录中的文件提供
    /// (secret that seals the signing keys, at least 32 characters, or @FILE; with the embedded PostgreSQL it may be
    /// left to a file in the data folder)
    #[arg(long, env = "JIXIAO_SECRET", hide_env_values = true, value_name = "SECRET", value_parser = secret)]
    pub secret: Option<SecretString>,

    /// 访问令牌有效期，秒，至多 600 (lifetime of access tokens in seconds)
    #[arg(long, env = "JIXIAO_ACCESS_TOKEN_SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(30..=600))]
    pub access_token_seconds: u32,

    /// 刷新令牌有效期，天 (lifetime of a login in days)
    #[arg(long, env = "JIXIAO_SESSION_DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub session_days: u32,

    /// 签名密钥轮换周期，天 (days after which the signing key is replaced)
    #[arg(long, env = "JIXIAO_KEY_ROTATION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub key_rotation_days: u32,
}

/// How much the service takes on.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "限度 Limits")]
pub struct LimitConfig {
    /// 同时处理的请求数上限，超出即答 503 (requests served at once)
    #[arg(long, env = "JIXIAO_MAX_IN_FLIGHT", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_in_flight: u32,

    /// 每个调用者每秒的请求数上限，0 为不限 (requests per second and caller; 0 for no limit)
    #[arg(long, env = "JIXIAO_RATE_LIMIT", default_value_t = 100)]
    pub rate_limit: u32,

    /// 单个请求的最长时间，秒 (seconds that a request may take)
    #[arg(long, env = "JIXIAO_REQUEST_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub request_seconds: u32,

    /// 收到停止信号后，先不接新流量的秒数，让负载均衡发现 (seconds between "not ready" and the stop, for load balancers)
    #[arg(long, env = "JIXIAO_DRAIN_SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=600))]
    pub drain_seconds: u32,

    /// 停止时等待在途请求的时间，秒 (seconds given to requests in flight when the service stops)
    #[arg(long, env = "JIXIAO_SHUTDOWN_SECONDS", default_value_t = 30)]
    pub shutdown_seconds: u32,
}

impl LimitConfig {
    /// The longest that a request may take.
    #[must_use]
    pub fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_seconds.into())
    }
}

/// Where evidence files are kept, and how many.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "佐证材料 Files")]
pub struct FilesConfig {
    /// 存放佐证材料的目录；省略则为数据目录下的 files。使用 S3 时仅暂存正在上传的文件
    /// (folder of the evidence files; without it, `files` in the data folder. With S3 only uploads under way are there)
    #[arg(long, env = "JIXIAO_FILES_DIR", value_name = "DIR")]
    pub files_dir: Option<PathBuf>,

    /// 单个文件的大小上限，MiB (the largest file, in MiB)
    #[arg(long, env = "JIXIAO_FILE_MIB", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=2048))]
    pub file_mib: u32,

    /// 每所学校的存储配额，MiB，相同内容只计一次 (quota of a school in MiB; a content counts once)
    #[arg(long, env = "JIXIAO_SCHOOL_QUOTA_MIB", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub school_quota_mib: u32,

    /// 不再被引用的内容保留的天数，须长于两次备份的间隔与一次备份的时间
    /// (days for which a content is kept that no file names any more: longer than from one backup's begin to the next one's end)
    #[arg(long, env = "JIXIAO_FILES_GRACE_DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub files_grace_days: u32,

    /// A store with the protocol of S3.
    #[command(flatten)]
    pub s3: S3Config,
}

/// A store with the protocol of S3, instead of a folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "佐证材料 Files")]
pub struct S3Config {
    /// S3 存储桶；给出即使用 S3 (bucket; given, the files are kept there)
    #[arg(long = "files-s3-bucket", env = "JIXIAO_FILES_S3_BUCKET", value_name = "BUCKET")]
    pub bucket: Option<String>,

    /// S3 服务地址；省略则为 AWS (address of the store; without it, that of AWS)
    #[arg(long = "files-s3-endpoint", env = "JIXIAO_FILES_S3_ENDPOINT", value_name = "URL")]
    pub endpoint: Option<String>,

    /// S3 区域 (region)
    #[arg(
        long = "files-s3-region",
        env = "JIXIAO_FILES_S3_REGION",
        default_value = "us-east-1",
        value_name = "REGION"
    )]
    pub region: String,

    /// S3 访问密钥编号 (id of the access key)
    #[arg(long = "files-s3-access-key-id", env = "JIXIAO_FILES_S3_ACCESS_KEY_ID", value_name = "ID")]
    pub access_key_id: Option<String>,

    /// S3 访问密钥，或 @文件 (the secret access key, or @FILE)
    #[arg(long = "files-s3-secret-access-key", env = "JIXIAO_FILES_S3_SECRET_ACCESS_KEY", hide_env_values = true, value_name = "SECRET", value_parser = secret)]
    pub secret_access_key: Option<SecretString>,
}

/// Everything that `serve` can be told.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "服务 Service")]
pub struct ServeConfig {
    /// 服务地址 (address of the API)
    #[arg(long, env = "JIXIAO_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// /metrics 的地址 (address of /metrics)
    #[arg(long, env = "JIXIAO_METRICS_LISTEN", default_value = "127.0.0.1:9090", value_name = "ADDRESS")]
    pub metrics_listen: SocketAddr,

    /// 允许跨域访问的前端来源，可重复 (origins of browser frontends, exactly as browsers send them)
    #[arg(long = "cors-origin", env = "JIXIAO_CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origins: Vec<String>,

    /// 变更流保留的天数，0 为全部；审计日志本身永久保留
    /// (days that the change feed goes back, 0 for all; the journal itself is kept for ever)
    #[arg(long, env = "JIXIAO_CHANGES_DAYS", default_value_t = 0)]
    pub changes_days: u32,

    /// 数据库连接数上限 (connections in the pool)
    #[arg(long, env = "JIXIAO_POOL_SIZE", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub pool_size: u16,

    /// 启动前先以 MIGRATION_DATABASE_URL 的账户升级数据库结构；内置 PostgreSQL 总是自动升级
    /// (migrate first, as the role of MIGRATION_DATABASE_URL; the embedded PostgreSQL is always migrated)
    #[arg(long, env = "JIXIAO_MIGRATE", value_parser = BoolishValueParser::new())]
    pub migrate: bool,

    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Evidence files.
    #[command(flatten)]
    pub files: FilesConfig,

    /// Access tokens.
    #[command(flatten)]
    pub tokens: TokenConfig,

    /// How much the service takes on.
    #[command(flatten)]
    pub limits: LimitConfig,
}
