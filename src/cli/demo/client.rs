//! What the demonstration knows of the service: its HTTP API, as any other program would use it.

use std::net::SocketAddr;
use std::time::Duration;

use jixiao::say;
use reqwest::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::answers::{items, problem, text};
use crate::cli::failure::Failure;

/// How often a request is sent while the service says that it is busy.
const ATTEMPTS: u32 = 10;

/// Somebody who is logged in.
#[derive(Clone)]
pub(super) struct Session {
    http: reqwest::Client,
    address: SocketAddr,
    token: String,
}

/// What the service answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) etag: Option<String>,
    pub(super) body: Value,
    request: String,
}

impl Answer {
    /// The body, where the request was granted.
    pub(super) fn granted(self) -> Result<Value, Failure> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.into_failure()) }
    }

    fn into_failure(self) -> Failure {
        let Self { status, body, request, .. } = self;
        let told = problem(&body).join("\n  ");
        Failure::new(&say!("{request} 答复 {status}\n  {told}", "{request} answers {status}"))
    }
}

/// Obtains a token for a user.
pub(super) async fn log_in(
    http: &reqwest::Client,
    address: SocketAddr,
    username: &str,
    password: &str,
) -> Result<Session, Failure> {
    let form = [("grant_type", "password"), ("username", username), ("password", password)];
    grant(http, address, &form).await
}

/// Obtains a token for a machine client.
pub(super) async fn log_in_client(
    http: &reqwest::Client,
    address: SocketAddr,
    id: &str,
    secret: &str,
) -> Result<Session, Failure> {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    grant(http, address, &form).await
}

async fn grant(http: &reqwest::Client, address: SocketAddr, form: &[(&str, &str)]) -> Result<Session, Failure> {
    let request = http.post(format!("http://{address}/oauth/token")).form(form);
    let granted = send("POST /oauth/token", &request).await?.granted()?;
    let token = text(&granted, "access_token").to_owned();
    Ok(Session { http: http.clone(), address, token })
}

impl Session {
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, |request| request).await?.granted()
    }

    /// A file.
    pub(super) async fn download(&self, path: &str) -> Result<(StatusCode, Vec<u8>), Failure> {
        let request = self.http.get(format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        let response = request.send().await?;
        Ok((response.status(), response.bytes().await?.to_vec()))
    }

    /// A GET with parameters.
    pub(super) async fn query(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, Failure> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.get(&format!("{path}?{query}")).await
    }

    /// All items of a list, page by page.
    pub(super) async fn list(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Vec<Value>, Failure> {
        let mut list = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut asked = parameters.to_vec();
            asked.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = self.query(path, &asked).await?;
            list.extend(items(&page, "items").iter().cloned());
            match page.get("next").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(list),
            }
        }
    }

    /// Puts a document where there is none yet.
    pub(super) async fn create(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.ask(Method::PUT, path, |request| request.header(IF_NONE_MATCH, "*").json(body)).await
    }

    /// Puts a document in the place of the one that was read, or of none.
    pub(super) async fn replace(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        match self.ask(Method::GET, path, |request| request).await? {
            Answer { status: StatusCode::OK, etag: Some(etag), .. } => {
                self.ask(Method::PUT, path, |request| request.header(IF_MATCH, &etag).json(body)).await
            }
            _ => self.create(path, body).await,
        }
    }

    /// Sends a command, so that it has one effect however often it has to be sent.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let key = Uuid::now_v7().to_string();
        self.ask(Method::POST, path, |request| request.header("idempotency-key", &key).json(body)).await
    }

    /// Sends a file.
    pub(super) async fn send_file(
        &self,
        method: Method,
        path: &str,
        media_type: &str,
        content: &[u8],
    ) -> Result<Value, Failure> {
        let file = |request: RequestBuilder| request.header(CONTENT_TYPE, media_type).body(content.to_vec());
        self.ask(method, path, file).await?.granted()
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        complete: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, Failure> {
        let name = format!("{method} {path}");
        let request = self.http.request(method, format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        send(&name, &complete(request)).await
    }
}

/// Sends a request, and again where the service is too busy for it.
async fn send(name: &str, request: &RequestBuilder) -> Result<Answer, Failure> {
    let mut attempt = 1;
    loop {
        let again =
            request.try_clone().ok_or_else(|| Failure::new(&say!("{name}：无法重发", "{name}: not repeatable")))?;
        let response = again.send().await?;
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(seconds) = wait
            && attempt < ATTEMPTS
        {
            attempt += 1;
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            continue;
        }
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({}));
        return Ok(Answer { status, etag, body, request: name.to_owned() });
    }
}
