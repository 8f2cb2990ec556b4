//! What can go wrong between "start" and "stop", told to whoever runs the service.

use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded PostgreSQL could not be started or stopped.
///
/// `Display` gives the text in Chinese and, on the next line, in English: it is read on a terminal by the person who
/// has to put it right, before the service knows any user or language.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Nothing found in any of the usual places.
    #[error(
        "没有找到 PostgreSQL，请先安装：Debian/Ubuntu：apt install postgresql；Fedora：dnf install postgresql-server；\
         macOS：brew install postgresql；或者用环境变量 PG_BIN 指定其 bin 文件夹\n\
         PostgreSQL was not found, please install it: Debian/Ubuntu: apt install postgresql; Fedora: dnf install \
         postgresql-server; macOS: brew install postgresql; or name its bin folder in the environment variable PG_BIN"
    )]
    NotInstalled,

    /// `PG_BIN` names a folder that holds no PostgreSQL server.
    #[error(
        "环境变量 PG_BIN 指定的文件夹 {folder} 中没有可用的 postgres 和 initdb\n\
         the folder {folder}, named by PG_BIN, has no usable postgres and initdb"
    )]
    NotABinFolder {
        /// What `PG_BIN` says.
        folder: PathBuf,
    },

    /// The data were written by a version that is not installed; a newer one cannot read them.
    #[error(
        "数据文件夹 {data} 由 PostgreSQL {wanted} 创建，但本机只有版本 {found}；请安装 PostgreSQL {wanted}\n\
         the data folder {data} was made by PostgreSQL {wanted}, but only {found} is here; please install \
         PostgreSQL {wanted}"
    )]
    VersionNotInstalled {
        /// The data folder.
        data: PathBuf,
        /// The major version that made it.
        wanted: u32,
        /// The versions at hand, separated by commas.
        found: String,
    },

    /// Another service holds the folder.
    #[error("{folder} 正被另一个进程使用（进程号 {pid}）\n{folder} is in use by another process (pid {pid})")]
    InUse {
        /// The root folder that was asked for.
        folder: PathBuf,
        /// The holder's process id, or `?` in the instant before it has written it.
        pid: String,
    },

    /// The service runs as root, PostgreSQL refuses to, and there is no account to give it.
    #[error(
        "PostgreSQL 不能以 root 身份运行，而系统中既没有 postgres 账户也没有 nobody 账户；请以普通用户身份运行\n\
         PostgreSQL does not run as root, and there is neither an account postgres nor nobody; please run as an \
         ordinary user"
    )]
    NoAccount,

    /// The account that PostgreSQL runs as cannot pass a folder on the way to its data or programs.
    #[error(
        "账户 {account} 无法进入文件夹 {folder}；请换一个数据文件夹，或者执行 chmod o+x {folder}\n\
         the account {account} cannot enter the folder {folder}; please choose another data folder, or run \
         chmod o+x {folder}"
    )]
    Unreachable {
        /// The first folder that turns it away.
        folder: PathBuf,
        /// The account's name.
        account: String,
    },

    /// A folder that must be private exists already, and is open to others, or theirs.
    #[error(
        "文件夹 {folder} 已存在，但不属于账户 {account} 或对其他人开放；请确认后删除\n\
         the folder {folder} exists, but is not the account {account}'s alone; please check and remove it"
    )]
    NotPrivate {
        /// The folder.
        folder: PathBuf,
        /// The account that should own it.
        account: String,
    },

    /// The data folder could not be made.
    #[error(
        "无法创建数据文件夹：initdb 已结束（{how}）\n\
         the data folder could not be made: initdb has ended ({how})\n{log}"
    )]
    InitFailed {
        /// Exit status or signal.
        how: String,
        /// The last lines of the log.
        log: String,
    },

    /// The server ended before it took connections.
    #[error("PostgreSQL 启动失败（{how}）\nPostgreSQL did not start ({how})\n{log}")]
    EndedEarly {
        /// Exit status or signal.
        how: String,
        /// The last lines of the log.
        log: String,
    },

    /// The server runs, but took no connections in time.
    #[error("PostgreSQL 在 {seconds} 秒内未能就绪\nPostgreSQL was not ready within {seconds} seconds\n{log}")]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The last lines of the log.
        log: String,
    },

    /// Neither a fast nor an immediate shutdown ended the server.
    #[error("无法停止 PostgreSQL（进程号 {pid}）\nPostgreSQL does not stop (pid {pid})")]
    NotStopped {
        /// The server's process id.
        pid: i32,
    },

    /// The operating system refused a step.
    #[error("无法访问 {path}：{cause}\ncannot access {path}: {cause}")]
    Io {
        /// What the step was about.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl PostgresError {
    /// For `map_err`: the system's answer, with the path that it lacks.
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }
}
