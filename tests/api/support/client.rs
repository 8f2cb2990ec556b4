//! An HTTP client as a school's program would be one.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::county::{BUREAU, PASSWORD};

/// The type of [`multipart`].
pub const MULTIPART: &str = "multipart/form-data; boundary=----between";

/// A form with a file, as a browser sends it: with the name as it is.
pub fn multipart(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "------between\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n------between--\r\n"].concat()
}

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: String,
    token: Option<String>,
    headers: HeaderMap,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as it came, for what is no text.
    pub bytes: Vec<u8>,
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self { http: reqwest::Client::new(), address: address.to_owned(), token: None, headers: HeaderMap::new() }
    }

    /// Logs in as `NAME@BUREAU`, or as `NAME` of the first county.
    pub async fn log_in(mut self, username: &str) -> Self {
        let name = if username.contains('@') { username.to_owned() } else { format!("{username}@{BUREAU}") };
        let form = [("grant_type", "password"), ("username", &name), ("password", PASSWORD)];
        let tokens = self.post_form("/oauth/token", &form).await.expect(200);
        self.token = tokens["access_token"].as_str().map(str::to_owned);
        self
    }

    /// Logs in as a machine client.
    pub async fn log_in_machine(self, client_id: &str, secret: &str) -> Self {
        let form = [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)];
        let tokens = self.post_form("/oauth/token", &form).await.expect(200);
        self.with_token(tokens["access_token"].as_str().expect("a token"))
    }

    /// Sends a form, as for tokens.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let form = serde_urlencoded::to_string(form).expect("a form");
        self.send_raw(Method::POST, path, Some(("application/x-www-form-urlencoded", form.into_bytes()))).await
    }

    /// The token that it sends.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a token")
    }

    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    #[must_use]
    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The same client with one more header on each request.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        let name: HeaderName = name.parse().expect("a header name");
        client.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        client
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(|body| ("application/json", serde_json::to_vec(body).expect("JSON")));
        self.send_raw(method, path, body).await
    }

    /// Uploads a file.
    pub async fn upload(&self, name: &str, content: &[u8]) -> Answer {
        self.send_raw(Method::POST, "/v1/files", Some((MULTIPART, multipart(name, content)))).await
    }

    /// Sends a body of any type.
    pub async fn send_raw(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.address)).headers(self.headers.clone());
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some((content_type, body)) = body {
            request = request.header("content-type", content_type).body(body);
        }
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.expect("a body").to_vec();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body as JSON, where the status is the one expected.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks status and body of an answer that is no JSON.
    #[track_caller]
    pub fn expect_text(&self, status: u16, text: &[u8]) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.text.as_bytes(), text);
    }

    /// Checks that the answer is a problem with a status and code, and gives its violations as
    /// `pointer code`, sorted.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Vec<String> {
        let problem = self.expect(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(problem["code"], code, "{}", self.text);
        let mut violations: Vec<String> = problem["violations"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|each| format!("{} {}", each["pointer"].as_str().unwrap(), each["code"].as_str().unwrap()))
            .collect();
        violations.sort();
        violations
    }

    #[track_caller]
    pub fn etag(&self) -> String {
        self.headers["etag"].to_str().expect("text").to_owned()
    }
}
