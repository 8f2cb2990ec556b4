//! Answers: JSON with an entity tag, made inside the transaction so that it can be kept with it.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use serde::{Deserialize, Serialize};

use super::conditional::{etag, is_fresh};
use super::error::{AppError, Result};

/// What most answers are.
const JSON: &str = "application/json";

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
    /// Whether it also changes by itself, so that its tag does not stand for all of it.
    pub(super) live: bool,
}

/// The headers that an answer of ours may carry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Headers {
    pub etag: Option<String>,
    pub location: Option<String>,
    /// `application/json` where it is absent.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Under which name it is saved.
    #[serde(default)]
    pub disposition: Option<String>,
    /// Which preference of the request was met (RFC 7240).
    #[serde(default)]
    pub preference_applied: Option<String>,
    /// In how many seconds there may be more to say.
    #[serde(default)]
    pub retry_after: Option<u32>,
}

impl Reply {
    /// 200 with a document.
    ///
    /// # Errors
    /// Where it cannot be written as JSON, which is a defect.
    pub fn ok(document: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(document).map_err(AppError::internal)?;
        Ok(Self { status: StatusCode::OK, headers: Headers::default(), body, live: false })
    }

    /// 200 with a document in a format of its own.
    #[must_use]
    pub fn file(content_type: &str, body: Vec<u8>) -> Self {
        let headers = Headers { content_type: Some(content_type.to_owned()), ..Headers::default() };
        Self { status: StatusCode::OK, headers, body, live: false }
    }

    /// 200 with a file that takes a while to write, past the threads that serve requests.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn written<E>(
        content_type: &str,
        write: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Self>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let body = web::block(write).await.map_err(AppError::internal)?.map_err(AppError::internal)?;
        Ok(Self::file(content_type, body))
    }

    /// 422 with a document in a format of its own, which says what is wrong.
    #[must_use]
    pub fn refusal(content_type: &str, body: Vec<u8>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, ..Self::file(content_type, body) }
    }

    /// 201 with a document, and where it can be read from now on.
    ///
    /// # Errors
    /// As for [`Reply::ok`].
    pub fn created(location: String, document: &impl Serialize) -> Result<Self> {
        let mut reply = Self::ok(document)?;
        reply.status = StatusCode::CREATED;
        reply.headers.location = Some(location);
        Ok(reply)
    }

    /// 202 with a document that says what will be done, and where it can be followed.
    ///
    /// # Errors
    /// As for [`Reply::ok`].
    pub fn accepted(location: String, document: &impl Serialize) -> Result<Self> {
        let mut reply = Self::created(location, document)?;
        reply.status = StatusCode::ACCEPTED;
        reply.headers.preference_applied = Some("respond-async".to_owned());
        Ok(reply)
    }

    /// An answer that was kept.
    ///
    /// # Errors
    /// Where the status is none, which is a defect.
    pub fn kept(status: u16, content_type: &str, body: Vec<u8>) -> Result<Self> {
        let status = StatusCode::from_u16(status).map_err(AppError::internal)?;
        Ok(Self { status, ..Self::file(content_type, body) })
    }

    /// Says in how many seconds it is worth asking again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.headers.retry_after = Some(seconds);
        self
    }

    /// The status, the type and the bytes of the answer.
    #[must_use]
    pub fn parts(&self) -> (u16, &str, &[u8]) {
        (self.status.as_u16(), self.headers.content_type.as_deref().unwrap_or(JSON), &self.body)
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: Headers::default(), body: Vec::new(), live: false }
    }

    /// Adds the entity tag of a row version.
    #[must_use]
    pub fn version(mut self, version: i32) -> Self {
        self.headers.etag = Some(etag(version));
        self
    }

    /// Adds the entity tag of a row version, of an answer that is one of several ways to show it.
    #[must_use]
    pub fn version_as(mut self, version: i32, way: &str) -> Self {
        self.headers.etag = Some(format!("\"{version}-{way}\""));
        self
    }

    /// Says under which name it is saved, as [`attachment`](super::disposition::attachment) or
    /// [`inline`](super::disposition::inline) write it.
    #[must_use]
    pub fn disposition(mut self, disposition: String) -> Self {
        self.headers.disposition = Some(disposition);
        self
    }

    /// Says that the tag stands for what can be written, and that there is more in the document that changes by itself: it is
    /// always answered in full.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.live = true;
        self
    }

    fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(etag) = self.headers.etag {
            response.insert_header(("etag", etag));
        }
        if let Some(location) = self.headers.location {
            response.insert_header(("location", location));
        }
        if let Some(disposition) = self.headers.disposition {
            response.insert_header(("content-disposition", disposition));
        }
        if let Some(preference) = self.headers.preference_applied {
            response.insert_header(("preference-applied", preference));
        }
        if let Some(seconds) = self.headers.retry_after {
            response.insert_header(("retry-after", seconds.to_string()));
        }
        if self.body.is_empty() {
            return response.finish();
        }
        response.content_type(self.headers.content_type.as_deref().unwrap_or(JSON)).body(self.body)
    }
}

impl Responder for Reply {
    type Body = actix_web::body::BoxBody;

    fn respond_to(mut self, request: &HttpRequest) -> HttpResponse {
        let fresh = self.headers.etag.as_deref().is_some_and(|tag| is_fresh(request, tag));
        if fresh && !self.live && (request.method() == Method::GET || request.method() == Method::HEAD) {
            self.status = StatusCode::NOT_MODIFIED;
            self.body.clear();
        }
        self.into_response()
    }
}
