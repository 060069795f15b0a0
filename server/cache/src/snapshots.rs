//! Snapshots in an object store: a folder of this machine, or a bucket that several servers share.
//!
//! An object is written once, under a key that no other run uses, and is there whole or not at all. Which of a dataset's
//! objects is the one to be served is not known here: the store of metadata says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arrow_schema::SchemaRef;
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, RetryConfig};
use parquet::file::metadata::{FooterTail, ParquetMetaDataReader};
use thiserror::Error;

use crate::upload::{PART_OF_BUCKET, PART_OF_FILE, Upload};
use crate::{WriteError, Written};

#[derive(Debug, Error)]
pub enum SnapshotError {
    #[error("the store of snapshots could not be used")]
    Objects(#[from] object_store::Error),
    #[error("the folder of snapshots could not be used")]
    Folder(#[from] std::io::Error),
    #[error("the snapshot could not be written")]
    Write(#[from] WriteError),
    #[error("the snapshot could not be read")]
    Read(#[from] parquet::errors::ParquetError),
    #[error("an address of a bucket begins with s3://")]
    Address,
    /// The object is another than the one that was written.
    #[error("the snapshot is not what was written")]
    Torn,
}

impl SnapshotError {
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Objects(object_store::Error::NotFound { .. }))
    }

    /// There is no room left where the snapshots lie.
    pub fn is_full(&self) -> bool {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = source {
            let io = error.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| io.kind() == std::io::ErrorKind::StorageFull) {
                return true;
            }
            source = error.source();
        }
        false
    }
}

/// How to reach a bucket that is not where AWS says. Credentials come from where AWS's tools find them.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    pub region: Option<String>,
    /// Another server that speaks S3, as `http://127.0.0.1:5000`.
    pub endpoint: Option<String>,
    pub access_key: Option<(String, String)>,
}

/// Bytes of a Parquet file's tail (the format's specification, "File Format").
const TAIL: u64 = 8;

/// How long a bucket may be away before what a run has read is given up, and before somebody who asks is told.
const PATIENCE: Duration = Duration::from_secs(60);
const PATIENCE_OF_READERS: Duration = Duration::from_secs(5);

/// An object, as a listing tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    pub bytes: u64,
    pub written_at: SystemTime,
}

#[derive(Clone, Debug)]
pub struct Snapshots {
    objects: Arc<dyn ObjectStore>,
    /// The same objects, for somebody who waits for an answer.
    for_readers: Arc<dyn ObjectStore>,
    /// Before every key.
    prefix: Key,
    /// Where it is a folder of this machine.
    folder: Option<PathBuf>,
}

impl Snapshots {
    /// In a folder, which is made where there is none; nobody but its owner may look into it.
    pub fn in_folder(folder: &Path) -> Result<Self, SnapshotError> {
        let mut make = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
        make.recursive(true).create(folder)?;
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
        let objects: Arc<dyn ObjectStore> = Arc::new(objects);
        Ok(Self { for_readers: Arc::clone(&objects), objects, prefix: Key::default(), folder: Some(folder.to_owned()) })
    }

    /// In a bucket, as `s3://bucket/prefix`.
    pub fn in_bucket(address: &str, bucket: &Bucket) -> Result<Self, SnapshotError> {
        let place = address.strip_prefix("s3://").ok_or(SnapshotError::Address)?;
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        // What means something in an address is no part of a key.
        if name.is_empty() || prefix.contains(['?', '#', '%']) {
            return Err(SnapshotError::Address);
        }
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(name);
        if let Some(region) = &bucket.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some((id, secret)) = &bucket.access_key {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        // For so long, however often that is.
        let patient = |retry_timeout| RetryConfig { retry_timeout, max_retries: usize::MAX, ..RetryConfig::default() };
        let for_readers = builder.clone().with_retry(patient(PATIENCE_OF_READERS)).build()?;
        Ok(Self {
            objects: Arc::new(builder.with_retry(patient(PATIENCE)).build()?),
            for_readers: Arc::new(for_readers),
            prefix: Key::from(prefix),
            folder: None,
        })
    }

    /// For readers of Parquet.
    pub(crate) fn objects(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.for_readers)
    }

    /// Where an object is among them.
    pub(crate) fn place(&self, key: &str) -> Key {
        self.prefix.parts().chain(Key::from(key).parts()).collect()
    }

    /// Begins an object. Until it is finished nobody sees anything of it.
    pub async fn begin(&self, key: &str, schema: SchemaRef) -> Result<Upload, SnapshotError> {
        let upload = self.objects.put_multipart(&self.place(key)).await?;
        let part_size = if self.folder.is_some() { PART_OF_FILE } else { PART_OF_BUCKET };
        Upload::new(upload, part_size, schema)
    }

    /// Reads an object's own account of itself and holds it against what was written. Of a folder, the file is on the disk
    /// when this returns: whoever writes down that it is served may do so for good.
    pub async fn check(&self, key: &str, written: &Written) -> Result<(), SnapshotError> {
        let key = self.place(key);
        let size = self.objects.head(&key).await?.size;
        if let Some(folder) = self.folder.clone() {
            let file = key.to_string();
            tokio::task::spawn_blocking(move || sync(&folder, &file)).await.map_err(std::io::Error::other)??;
        }
        // A file ends in its footer, the footer's length and the format's name.
        let end = size.checked_sub(TAIL).filter(|_| size == written.bytes).ok_or(SnapshotError::Torn)?;
        let tail = self.objects.get_range(&key, end..size).await?;
        let tail = tail.as_ref().try_into().map_err(|_| SnapshotError::Torn)?;
        let length = FooterTail::try_new(tail)?.metadata_length() as u64;
        let start = end.checked_sub(length).ok_or(SnapshotError::Torn)?;
        let footer = self.objects.get_range(&key, start..end).await?;
        let metadata = ParquetMetaDataReader::decode_metadata(&footer)?;
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
        match (rows, metadata.num_row_groups()) == (written.rows, written.row_groups) {
            true => Ok(()),
            false => Err(SnapshotError::Torn),
        }
    }

    /// Removes an object; one that is gone already is no mistake.
    pub async fn remove(&self, key: &str) -> Result<(), SnapshotError> {
        match self.objects.delete(&self.place(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every object there is.
    pub async fn list(&self) -> Result<Vec<Listed>, SnapshotError> {
        let key =
            |location: Key| -> Key { location.prefix_match(&self.prefix).map(Iterator::collect).unwrap_or_default() };
        let listed = self.objects.list(Some(&self.prefix)).map_ok(|meta| Listed {
            key: key(meta.location).to_string(),
            bytes: meta.size,
            written_at: SystemTime::from(meta.last_modified),
        });
        Ok(listed.try_collect().await?)
    }

    /// Removes what a process that was killed had begun to write in a folder, once it is this old, where its key is an
    /// orphan's. A bucket has rules of its own for that (S3's manual, "Configuring a bucket lifecycle configuration to
    /// delete incomplete multipart uploads").
    pub async fn sweep_begun(
        &self,
        age: Duration,
        is_orphan: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<usize, SnapshotError> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let swept = tokio::task::spawn_blocking(move || sweep(&folder, "", age, &is_orphan));
        Ok(swept.await.map_err(std::io::Error::other)??)
    }
}

/// `object_store` leaves it to the system when a file reaches the disk, and the folders that lead to it.
fn sync(folder: &Path, file: &str) -> std::io::Result<()> {
    let file = folder.join(file);
    for path in file.ancestors().take_while(|path| path.starts_with(folder)) {
        std::fs::File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// What `object_store` writes aside has the object's name, `#` and a number; it lists no such file. Keys of what lies in
/// the folder begin with `place`.
fn sweep(folder: &Path, place: &str, age: Duration, is_orphan: &dyn Fn(&str) -> bool) -> std::io::Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if entry.file_type()?.is_dir() {
            swept += sweep(&entry.path(), &format!("{place}{name}/"), age, is_orphan)?;
            continue;
        }
        let is_aside = name
            .rsplit_once('#')
            .filter(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
            .is_some_and(|(name, _)| is_orphan(&format!("{place}{name}")));
        let is_old =
            || Ok::<_, std::io::Error>(entry.metadata()?.modified()?.elapsed().is_ok_and(|since| since >= age));
        if is_aside && is_old()? {
            std::fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_mistakes() {
        let error = |kind: io::ErrorKind| {
            let source = Box::new(io::Error::from(kind));
            SnapshotError::Objects(object_store::Error::Generic { store: "LocalFileSystem", source })
        };
        assert!(error(io::ErrorKind::StorageFull).is_full() && !error(io::ErrorKind::NotFound).is_full());
        assert!(SnapshotError::Folder(io::ErrorKind::StorageFull.into()).is_full() && !SnapshotError::Torn.is_full());
    }
}
