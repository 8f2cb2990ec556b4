//! `jixiao bootstrap`

use std::io::{Write, stdin, stdout};

use clap::Args;
use jixiao::config::DatabaseConfig;
use jixiao::identity::{NewUser, Role, create_user, hash_password, password_violations};
use jixiao::organisations::create_bureau;
use jixiao::platform::db::Database;
use jixiao::platform::error::AppError;
use secrecy::SecretString;

use super::database::as_owner;
use super::failure::Failure;

/// The bureau and its first administrator.
#[derive(Args)]
pub(super) struct Arguments {
    /// 教育局代码，例如行政区划代码 (code of the bureau, such as that of its county)
    #[arg(long, value_name = "CODE")]
    bureau: String,

    /// 教育局名称 (name of the bureau)
    #[arg(long)]
    name: String,

    /// 首位管理员的用户名 (username of the first administrator)
    #[arg(long, value_name = "USER")]
    admin: String,

    /// 从标准输入读取管理员密码；不接受其他方式 (read the administrator's password from standard input; the only way)
    #[arg(long, required = true)]
    password_stdin: bool,

    #[command(flatten)]
    database: DatabaseConfig,
}

/// Makes what the arguments say.
pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { bureau, name, admin, password_stdin: _, database } = arguments;
    let password = read_password()?;
    as_owner(&database, async |database| make_bureau(database, &bureau, &name, &admin, &password).await).await?;
    Ok(writeln!(stdout(), "已创建 {name}（{bureau}）及管理员 {admin} (made the bureau and its administrator)")?)
}

/// Makes a bureau and its first administrator, both or neither.
pub(super) async fn make_bureau(
    database: &Database,
    code: &str,
    name: &str,
    admin: &str,
    password: &SecretString,
) -> Result<(), Failure> {
    let violations = password_violations("/password", admin, password);
    if !violations.is_empty() {
        return Err(AppError::invalid(violations).into());
    }
    let administrator = NewUser {
        display_name: admin.to_owned(),
        username: admin.to_owned(),
        organisation: code.to_owned(),
        roles: vec![Role::Administrator],
        password_hash: hash_password(password)?,
    };
    let made = database.unscoped(async |tx| {
        let scope = create_bureau(tx, code, name, "bootstrap").await?;
        create_user(tx, &scope, administrator.clone()).await
    });
    Ok(made.await?)
}

fn read_password() -> Result<SecretString, Failure> {
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}
