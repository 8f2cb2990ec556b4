//! An upload on its way: into a file without a name, hashed as it comes, never in memory as a whole.

use std::fs::File;
use std::io;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};

use super::kind::{ALLOWED, Kind};
use super::model::Digest;
use super::store::Files;
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// What was sent, whole.
#[derive(Debug)]
pub(super) struct Received {
    pub name: String,
    pub kind: Kind,
    pub size: i64,
    pub digest: Digest,
    /// At its beginning.
    pub content: File,
}

/// What was sent so far. It is gone when it is dropped.
pub(super) struct Spool {
    writer: BufWriter<tokio::fs::File>,
    hash: Sha256,
    size: u64,
    largest: u64,
}

impl Spool {
    pub(super) fn new(files: &Files) -> Result<Self> {
        let file = files.waiting_place().map_err(AppError::internal)?;
        let writer = BufWriter::with_capacity(64 * 1024, tokio::fs::File::from_std(file));
        Ok(Self { writer, hash: Sha256::new(), size: 0, largest: files.largest })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Code::PayloadTooLarge`].
    pub(super) async fn take(&mut self, bytes: &Bytes) -> Result<()> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.size > self.largest {
            let most = self.largest;
            return Err(AppError::new(Code::PayloadTooLarge)
                .detail(say!("单个文件至多 {most} 字节", "A file has at most {most} bytes")));
        }
        self.hash.update(bytes);
        self.writer.write_all(bytes).await.map_err(AppError::internal)
    }

    /// Finds out what it is.
    ///
    /// # Errors
    /// [`Code::UnsupportedMediaType`], by the content and not by the name.
    pub(super) async fn finish(mut self, name: String) -> Result<Received> {
        self.writer.rewind().await.map_err(AppError::internal)?;
        let mut content = self.writer.into_inner().into_std().await;
        let looked = tokio::task::spawn_blocking(move || -> io::Result<_> {
            let kind = Kind::of(&mut content)?;
            io::Seek::rewind(&mut content)?;
            Ok((kind, content))
        });
        let (kind, content) = looked.await.map_err(AppError::internal)?.map_err(AppError::internal)?;
        let Some(kind) = kind else {
            return Err(AppError::new(Code::UnsupportedMediaType).detail(say!(
                "按文件内容判断，只接受：{ALLOWED}（不含宏）",
                "By their content, these are taken: {ALLOWED}, without macros"
            )));
        };
        let size = i64::try_from(self.size).map_err(AppError::internal)?;
        Ok(Received { name, kind, size, digest: Digest(self.hash.finalize().into()), content })
    }
}
