//! Settings: each by flag and by environment variable, checked at start.

#![expect(clippy::doc_markdown, reason = "these comments are the help texts")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;

/// The database. Without a URL the service brings up its own PostgreSQL in the data folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "数据库 Database")]
pub struct DatabaseConfig {
    /// 应用账户的 PostgreSQL 连接串；省略则在数据目录启动内置 PostgreSQL
    /// (PostgreSQL URL of the application role; without it, an embedded PostgreSQL)
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<SecretString>,

    /// 执行迁移的账户的连接串；省略则与 DATABASE_URL 相同 (URL of the migration role)
    #[arg(long, env = "MIGRATION_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub migration_database_url: Option<SecretString>,

    /// 数据库连接数上限 (connections in the pool)
    #[arg(long, env = "JIXIAO_POOL_SIZE", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub pool_size: u16,

    /// 内置 PostgreSQL 与密钥的数据目录 (folder of the embedded PostgreSQL and of the secret)
    #[arg(long, env = "JIXIAO_DATA_DIR", default_value = ".jixiao", value_name = "DIR")]
    pub data_dir: PathBuf,
}

/// Access tokens.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "令牌 Tokens")]
pub struct TokenConfig {
    /// 令牌签发者 (the issuer named in tokens; the public URL of the service)
    #[arg(long, env = "JIXIAO_ISSUER", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub issuer: String,

    /// 用于保护签名密钥的口令，至少 32 字符；省略则由数据目录中的文件提供
    /// (secret that seals the signing keys, at least 32 characters; without it, a file in the data folder)
    #[arg(long, env = "JIXIAO_SECRET", hide_env_values = true, value_name = "SECRET")]
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

/// Everything that `serve` can be told.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// 服务地址 (address of the API)
    #[arg(long, env = "JIXIAO_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// 监控指标地址 (address of /metrics)
    #[arg(long, env = "JIXIAO_METRICS_LISTEN", default_value = "127.0.0.1:9090", value_name = "ADDRESS")]
    pub metrics_listen: SocketAddr,

    /// 允许跨域访问的前端来源，可重复 (origins of browser frontends, exactly as browsers send them)
    #[arg(long = "cors-origin", env = "JIXIAO_CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origins: Vec<String>,

    /// The database.
    #[command(flatten)]
    pub database: DatabaseConfig,

    /// Access tokens.
    #[command(flatten)]
    pub tokens: TokenConfig,

    /// How much the service takes on.
    #[command(flatten)]
    pub limits: LimitConfig,
}
