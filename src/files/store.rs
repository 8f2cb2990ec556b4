//! Where contents lie: a folder, or a store with the protocol of S3.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error as StoreError, GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use tokio::io::AsyncWriteExt;

use super::model::Digest;
use crate::config::{FilesConfig, S3Config};
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// What of an upload is in memory at most; also the smallest part that S3 takes.
const PART: usize = 5 * 1024 * 1024;

/// Age from which what a crash left half written is swept away.
const UNFINISHED_FOR: Duration = Duration::from_hours(24);

/// Evidence files, as the service keeps them. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    objects: Arc<dyn ObjectStore>,
    folder: PathBuf,
    is_local: bool,
    /// The largest file, in bytes.
    pub(super) largest: u64,
    /// What a school may keep, in bytes.
    pub(super) school_quota: i64,
    /// For how long a content is kept that no file names.
    pub(super) grace: TimeDelta,
}

impl Files {
    /// Opens the store that the settings name, and makes its folder where there is none.
    ///
    /// # Errors
    /// Where the folder cannot be used, or the settings do not fit together.
    pub fn open(config: &FilesConfig, data_dir: &FilePath) -> Result<Self> {
        const MIB: u32 = 1024 * 1024;
        let folder = config.files_dir.clone().unwrap_or_else(|| data_dir.join("files"));
        let unusable = |error: io::Error| {
            let path = folder.display();
            AppError::new(Code::Unavailable)
                .detail(say!("无法使用佐证材料目录 {path}", "The folder of the evidence files {path} cannot be used"))
                .caused_by(error)
        };
        make_private(&folder).map_err(unusable)?;
        let objects: Arc<dyn ObjectStore> = match &config.s3.bucket {
            Some(bucket) => s3(&config.s3, bucket)?,
            None => Arc::new(LocalFileSystem::new_with_prefix(&folder).map_err(AppError::internal)?.with_fsync(true)),
        };
        Ok(Self {
            objects,
            folder,
            is_local: config.s3.bucket.is_none(),
            largest: u64::from(config.file_mib) * u64::from(MIB),
            school_quota: i64::from(config.school_quota_mib) * i64::from(MIB),
            grace: TimeDelta::days(config.files_grace_days.into()),
        })
    }

    /// A file without a name in which an upload waits; it is gone when it is closed.
    pub(super) fn waiting_place(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.folder)
    }

    /// Puts a content into the store, unless it is there; it appears there whole or not at all.
    pub(super) async fn put(&self, bureau: i32, digest: Digest, content: File, overwrite: bool) -> Result<()> {
        if !overwrite && self.holds(bureau, digest).await? {
            return Ok(());
        }
        let mut content = tokio::fs::File::from_std(content);
        let mut writer =
            BufWriter::with_capacity(Arc::clone(&self.objects), place(bureau, digest), PART).with_max_concurrency(2);
        let written = async {
            tokio::io::copy(&mut content, &mut writer).await?;
            writer.shutdown().await
        };
        if let Err(error) = written.await {
            // What was sent of it already: only in parts, which are no content yet.
            let _ = writer.abort().await;
            return Err(unavailable(error));
        }
        Ok(())
    }

    /// Whether a content is there.
    pub(super) async fn holds(&self, bureau: i32, digest: Digest) -> Result<bool> {
        match self.objects.head(&place(bureau, digest)).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// A part of a content, or all of it, piece by piece; none where it is not there.
    pub(super) async fn read(
        &self,
        bureau: i32,
        digest: Digest,
        part: Option<Range<u64>>,
    ) -> Result<Option<BoxStream<'static, io::Result<Bytes>>>> {
        let options = GetOptions { range: part.map(GetRange::Bounded), ..GetOptions::default() };
        match self.objects.get_opts(&place(bureau, digest), options).await {
            Ok(found) => Ok(Some(found.into_stream().map_err(io::Error::other).boxed())),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Takes a content away.
    pub(super) async fn remove(&self, bureau: i32, digest: Digest) -> Result<()> {
        match self.objects.delete(&place(bureau, digest)).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// The contents of a bureau, in no order, with their sizes.
    pub(super) fn contents(&self, bureau: i32) -> BoxStream<'static, Result<(Digest, u64)>> {
        self.objects
            .list(Some(&Path::from(bureau.to_string())))
            .map_err(unavailable)
            .try_filter_map(async |found| {
                let digest = found.location.filename().and_then(Digest::parse);
                Ok(digest.map(|digest| (digest, found.size)))
            })
            .boxed()
    }

    /// Sweeps away what a crash left half written in the folder, a day after.
    pub(super) fn sweep(&self) -> io::Result<usize> {
        if !self.is_local {
            return Ok(0);
        }
        let mut swept = 0;
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let metadata = entry.metadata()?;
                if metadata.is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                // As the store names what it writes, until it is whole.
                let is_unfinished = entry.file_name().to_str().is_some_and(|name| name.contains('#'));
                let age = SystemTime::now().duration_since(metadata.modified()?).unwrap_or_default();
                if is_unfinished && age > UNFINISHED_FOR {
                    fs::remove_file(entry.path())?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }
}

/// Makes a folder that nobody else can enter. Those above it stay as open as others: the database may lie beside it, and runs
/// as another account.
fn make_private(folder: &FilePath) -> io::Result<()> {
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above)?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Where a content lies: by tenant first, so that none can meet another's.
fn place(bureau: i32, digest: Digest) -> Path {
    let digest = digest.to_string();
    let shelf = digest.get(..2).unwrap_or_default().to_owned();
    Path::from_iter([bureau.to_string(), shelf, digest])
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AppError {
    AppError::new(Code::Unavailable)
        .detail(say!("佐证材料的存储暂不可用", "The store of the evidence files is not available"))
        .caused_by(error)
}

#[cfg(feature = "s3")]
fn s3(config: &S3Config, bucket: &str) -> Result<Arc<dyn ObjectStore>> {
    use object_store::aws::AmazonS3Builder;
    use secrecy::ExposeSecret;

    let S3Config { endpoint, region, access_key_id, secret_access_key, .. } = config;
    let (Some(id), Some(secret)) = (access_key_id, secret_access_key) else {
        return Err(AppError::new(Code::Unavailable).detail(say!(
            "使用 S3 需要 --files-s3-access-key-id 和 --files-s3-secret-access-key",
            "S3 needs --files-s3-access-key-id and --files-s3-secret-access-key"
        )));
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(region)
        .with_access_key_id(id)
        .with_secret_access_key(secret.expose_secret());
    if let Some(endpoint) = endpoint {
        // Within one's own network the store may do without TLS.
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    Ok(Arc::new(builder.build().map_err(AppError::internal)?))
}

#[cfg(not(feature = "s3"))]
fn s3(_: &S3Config, _: &str) -> Result<Arc<dyn ObjectStore>> {
    Err(AppError::new(Code::Unavailable).detail(say!(
        "此程序未包含 S3 支持（编译时需要 --features s3）",
        "This program was built without S3 (it takes --features s3)"
    )))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_folder_is_private_and_those_above_it_are_as_any() {
        let mode = |path: &FilePath| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("usual")).unwrap();
        let data = place.path().join("data");
        make_private(&data.join("files")).unwrap();
        assert_eq!(mode(&data.join("files")), 0o700);
        assert_eq!(mode(&data), mode(&place.path().join("usual")), "the database beside it can be reached");
        make_private(&data.join("files")).unwrap();
    }
}
