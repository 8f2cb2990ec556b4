//! A file that is sent as the body of a request.

use std::fs::File;
use std::future::Future;
use std::pin::Pin;

use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, Payload};
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};

use super::conditional::Precondition;
use super::error::{AppError, Code, Result};
use super::extract::unreadable;
use super::idempotency::Idempotency;
use crate::say;

/// A body of at most `MAX` bytes, of whatever type.
#[derive(Debug)]
pub struct Upload<const MAX: usize> {
    /// What it is said to be, in lower case and without parameters, for example `text/csv`.
    pub media_type: String,
    /// What was sent.
    pub bytes: Bytes,
    /// `If-Match`, `If-None-Match`.
    pub precondition: Precondition,
    /// `Idempotency-Key`.
    pub idempotency: Idempotency,
}

impl<const MAX: usize> FromRequest for Upload<MAX> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = Payload::from_request(&request, payload);
        Box::pin(async move {
            let payload = payload.await.map_err(|error| unreadable(&error))?;
            let bytes = payload.to_bytes_limited(MAX).await.map_err(|_| too_large(MAX))?;
            let bytes = bytes.map_err(|error| unreadable(&error))?;
            Ok(Self {
                media_type: media_type(request.headers()),
                precondition: Precondition::of(&request)?,
                idempotency: Idempotency::of(&request, Sha256::digest(&bytes).to_vec())?,
                bytes,
            })
        })
    }
}

/// A body of at most `MAX` bytes that waits in a file, because it may be large.
#[derive(Debug)]
pub struct Spool<const MAX: u64> {
    /// What it is said to be, as for [`Upload`].
    pub media_type: String,
    /// What was sent. The file has no name, and is gone when it is closed.
    pub file: File,
    /// `Idempotency-Key`.
    pub idempotency: Idempotency,
}

impl<const MAX: u64> FromRequest for Spool<MAX> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let request = request.clone();
        let payload = Payload::from_request(&request, payload);
        Box::pin(async move {
            let mut payload = payload.await.map_err(|error| unreadable(&error))?;
            let file = tempfile::tempfile().map_err(AppError::internal)?;
            let mut writer = BufWriter::new(tokio::fs::File::from_std(file));
            let mut hash = Sha256::new();
            let mut size: u64 = 0;
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|error| unreadable(&error.into()))?;
                size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                if size > MAX {
                    return Err(too_large(MAX));
                }
                hash.update(&chunk);
                writer.write_all(&chunk).await.map_err(AppError::internal)?;
            }
            writer.rewind().await.map_err(AppError::internal)?;
            Ok(Self {
                media_type: media_type(request.headers()),
                file: writer.into_inner().into_std().await,
                idempotency: Idempotency::of(&request, hash.finalize().to_vec())?,
            })
        })
    }
}

/// The media type of a body, in lower case and without parameters; empty where none is given.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// [`Code::UnsupportedMediaType`], naming the types that would do.
#[must_use]
pub fn unsupported(supported: &str) -> AppError {
    AppError::new(Code::UnsupportedMediaType).detail(say!("此处需要 {supported}", "{supported} is needed here"))
}

/// [`Code::PayloadTooLarge`], naming how many bytes a body may have.
#[must_use]
pub fn too_large(most: impl std::fmt::Display) -> AppError {
    AppError::new(Code::PayloadTooLarge).detail(say!("至多 {most} 字节", "At most {most} bytes"))
}
