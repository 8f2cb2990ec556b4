//! Setting the county up, and who works there.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use jixiao::catalogue::document::CatalogueDocument;
use jixiao::identity::Role;
use jixiao::say;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::AT_ONCE;
use super::answers::text;
use super::client::{Session, log_in, log_in_client};
use super::example::{Account, CsvFile, Example};
use crate::cli::failure::Failure;

/// The service, and everybody who has an account there. All have the same password.
pub(super) struct Office {
    http: reqwest::Client,
    pub(super) address: SocketAddr,
    pub(super) password: String,
    sessions: HashMap<String, OnceCell<Session>>,
}

impl Office {
    /// An office whose people are those of an example.
    pub(super) fn new(example: &Example, address: SocketAddr, password: String) -> Result<Self, Failure> {
        let people = example.accounts.iter().map(|account| account.username.clone());
        let schools = example.schools().into_iter().flat_map(|school| [reporter(school), principal(school)]);
        let sessions = people.chain(schools).map(|username| (username, OnceCell::new())).collect();
        // It speaks to the service beside it, whatever proxy there is to the world, and gives idle connections up before
        // the service does.
        let http = reqwest::Client::builder().no_proxy().pool_idle_timeout(Duration::from_secs(2)).build()?;
        Ok(Self { http, address, password, sessions })
    }

    /// Somebody's session; the first time, they log in.
    pub(super) async fn session(&self, username: &str) -> Result<&Session, Failure> {
        let unknown = || Failure::new(&say!("示例没有账号 {username}", "the example has no account {username}"));
        let session = self.sessions.get(username).ok_or_else(unknown)?;
        session.get_or_try_init(|| log_in(&self.http, self.address, username, &self.password)).await
    }

    /// How many have logged in.
    pub(super) fn logged_in(&self) -> usize {
        self.sessions.values().filter(|session| session.initialized()).count()
    }

    /// Imports the organisations; says how many there are.
    pub(super) async fn enter_organisations(&self, example: &Example) -> Result<Value, Failure> {
        let admin = self.session(&example.administrator()?.username).await?;
        admin.send_file(Method::POST, "/v1/organisations/import", "text/csv", &example.organisations).await
    }

    /// Imports the catalogue, and gives it back as the service understands it.
    pub(super) async fn enter_catalogue(&self, example: &Example) -> Result<CatalogueDocument, Failure> {
        const PATH: &str = "/v1/catalogue";
        let admin = self.session(&example.administrator()?.username).await?;
        admin.send_file(Method::PUT, PATH, "application/yaml", &example.catalogue).await?;
        Ok(serde_json::from_value(admin.get(PATH).await?)?)
    }

    /// Makes the bureau's accounts, and two for each school that submits something.
    pub(super) async fn make_accounts(&self, example: &Example) -> Result<usize, Failure> {
        let administrator = example.administrator()?;
        let admin = self.session(&administrator.username).await?;
        let others = example.accounts.iter().filter(|account| account.username != administrator.username);
        let bureau = others.map(|account| (account.username.clone(), self.definition(account)));
        let schools = example.schools().into_iter().flat_map(|school| {
            let account = |username: String, name: &str, role| {
                let (display_name, organisation) = (format!("{school} {name}"), school.to_owned());
                let account = Account { username, display_name, organisation, roles: vec![role] };
                (account.username.clone(), self.definition(&account))
            };
            [
                account(reporter(school), "填报员", Role::SchoolReporter),
                account(principal(school), "校长", Role::Principal),
            ]
        });
        let accounts: Vec<(String, Value)> = bureau.chain(schools).collect();
        let made = stream::iter(&accounts).map(async |(username, definition)| {
            admin.create(&format!("/v1/users/{username}"), definition).await?.granted()
        });
        made.buffer_unordered(AT_ONCE).try_for_each(async |_| Ok(())).await?;
        Ok(accounts.len() + 1)
    }

    fn definition(&self, account: &Account) -> Value {
        let Account { username: _, display_name, organisation, roles } = account;
        json!({
            "display_name": display_name, "organisation": organisation, "roles": roles, "password": self.password,
        })
    }

    /// Lets a machine client of the bureau in, and imports files in its name.
    pub(super) async fn import(&self, example: &Example, files: &[CsvFile]) -> Result<Vec<Value>, Failure> {
        let admin = self.session(&example.administrator()?.username).await?;
        let client = json!({
            "name": "导入程序 (importer)", "organisation": example.bureau.code,
            "scopes": ["submissions:read", "submissions:write", "submissions:sign"],
        });
        let registered = admin.post("/v1/clients", &client).await?.granted()?;
        let id = registered.pointer("/client/client_id").and_then(Value::as_str).unwrap_or_default();
        let importer = log_in_client(&self.http, self.address, id, text(&registered, "secret")).await?;
        let mut reports = Vec::new();
        for file in files {
            let path = "/v1/submissions/import?submit=true";
            reports.push(importer.send_file(Method::POST, path, "text/csv", &file.content).await?);
        }
        Ok(reports)
    }
}

/// The account that fills in a school's forms.
pub(super) fn reporter(school: &str) -> String {
    format!("{school}.reporter")
}

/// The account that signs for a school.
pub(super) fn principal(school: &str) -> String {
    format!("{school}.principal")
}
