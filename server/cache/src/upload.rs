//! One snapshot on its way into the object store: a row group in memory, and a few parts on the way.

use std::io::{self, Write};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use object_store::MultipartUpload;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::snapshots::SnapshotError;
use crate::{WriteError, Writer, Written};

/// S3 takes 10,000 parts and no more, each of 5 MiB at least.
pub(crate) const PART_OF_BUCKET: usize = 8 * 1024 * 1024;
/// A file takes any.
pub(crate) const PART_OF_FILE: usize = 1024 * 1024;

/// Parts on the way at once.
const AT_ONCE: usize = 2;

/// How long a bucket may take to forget what was sent, where nobody waits for that.
const TAKING_BACK: Duration = Duration::from_secs(60);

/// Dropped before it is finished, it takes back what was sent, and leaves nothing that anybody could take for a snapshot.
pub struct Upload {
    writer: Writer<Parts>,
}

impl Upload {
    pub(crate) fn new(
        upload: Box<dyn MultipartUpload>,
        part_size: usize,
        schema: SchemaRef,
    ) -> Result<Self, SnapshotError> {
        let (runtime, under_way) = (Handle::current(), JoinSet::new());
        let parts = Parts { upload: Some(upload), under_way, part_size, part: Vec::new(), runtime, failure: None };
        Ok(Self { writer: Writer::new(parts, schema)? })
    }

    /// Bytes of the file so far.
    pub fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    /// Takes a batch; waits where the store is slower than the source.
    pub async fn write(&mut self, batch: RecordBatch) -> Result<(), SnapshotError> {
        // A row group takes as long to compress as a page takes to load.
        let written = tokio::task::block_in_place(|| self.writer.write(&batch));
        written.map_err(|error| why(self.writer.out(), error))
    }

    /// Writes the end, and shows the object: from now on it is there, under its key.
    pub async fn finish(mut self) -> Result<Written, SnapshotError> {
        let written = tokio::task::block_in_place(|| self.writer.close());
        let written = written.map_err(|error| why(self.writer.out(), error))?;
        let parts = self.writer.out();
        parts.send();
        parts.room(0).await?;
        if let Some(upload) = &mut parts.upload {
            upload.complete().await?;
        }
        // Whole: there is nothing to take back.
        parts.upload = None;
        Ok(written)
    }

    /// Gives it up, and takes back what was sent.
    pub async fn abort(mut self) -> Result<(), SnapshotError> {
        let parts = self.writer.out();
        parts.under_way.shutdown().await;
        match parts.upload.take() {
            Some(mut upload) => Ok(upload.abort().await?),
            None => Ok(()),
        }
    }
}

/// What the store said, where a write ended because of it.
fn why(parts: &mut Parts, error: WriteError) -> SnapshotError {
    parts.failure.take().map_or_else(|| error.into(), SnapshotError::Objects)
}

/// Sends what is written part by part, so that no more than a few of them are in memory, however large a row group is.
/// For threads that may block: it waits for room.
struct Parts {
    /// None only once it is finished, or given up.
    upload: Option<Box<dyn MultipartUpload>>,
    under_way: JoinSet<object_store::Result<()>>,
    part_size: usize,
    part: Vec<u8>,
    runtime: Handle,
    failure: Option<object_store::Error>,
}

impl Parts {
    /// Sends what there is.
    fn send(&mut self) {
        let part = std::mem::take(&mut self.part);
        if let Some(upload) = self.upload.as_mut().filter(|_| !part.is_empty()) {
            self.under_way.spawn_on(upload.put_part(part.into()), &self.runtime);
        }
    }

    /// Waits until so many parts at most are under way.
    async fn room(&mut self, most: usize) -> object_store::Result<()> {
        while self.under_way.len() > most {
            if let Some(sent) = self.under_way.join_next().await {
                sent??;
            }
        }
        Ok(())
    }
}

impl Drop for Parts {
    /// A bucket keeps parts of what was never finished, and bills them, until somebody says that it may not.
    fn drop(&mut self) {
        if let Some(mut upload) = self.upload.take() {
            let mut under_way = std::mem::take(&mut self.under_way);
            self.runtime.spawn(async move {
                // None that is still on its way may come after that.
                under_way.shutdown().await;
                let _ = tokio::time::timeout(TAKING_BACK, upload.abort()).await;
            });
        }
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.part.capacity() == 0 {
            self.part.reserve_exact(self.part_size);
        }
        let fits = bytes.len().min(self.part_size - self.part.len());
        self.part.extend_from_slice(&bytes[..fits]);
        if self.part.len() == self.part_size {
            let runtime = self.runtime.clone();
            if let Err(error) = runtime.block_on(self.room(AT_ONCE)) {
                self.failure = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
            self.send();
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use arrow_schema::{DataType, Field, Schema};
    use async_trait::async_trait;
    use object_store::{PutPayload, PutResult, UploadPart};
    use tokio::sync::mpsc;

    use super::*;

    /// Tells how it ends. Where the bucket is gone, no part of it arrives.
    #[derive(Debug)]
    struct Told {
        tell: mpsc::UnboundedSender<&'static str>,
        is_gone: bool,
    }

    #[async_trait]
    impl MultipartUpload for Told {
        fn put_part(&mut self, _: PutPayload) -> UploadPart {
            let gone = object_store::Error::Generic { store: "test", source: "gone".into() };
            let sent = if self.is_gone { Err(gone) } else { Ok(()) };
            Box::pin(async { sent })
        }

        async fn complete(&mut self) -> object_store::Result<PutResult> {
            let _ = self.tell.send("complete");
            Ok(PutResult { e_tag: None, version: None })
        }

        async fn abort(&mut self) -> object_store::Result<()> {
            let _ = self.tell.send("abort");
            Ok(())
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_dropped_before_its_end_is_taken_back() {
        let (told, mut tells) = mpsc::unbounded_channel();
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let begun = async |is_gone: bool| {
            let upload = Told { tell: told.clone(), is_gone };
            let mut upload = Upload::new(Box::new(upload), PART_OF_FILE, Arc::clone(&schema)).unwrap();
            let column = Arc::new(Int64Array::from_iter_values(0..10));
            upload.write(RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap()).await.unwrap();
            upload
        };
        drop(begun(false).await);
        assert_eq!(tells.recv().await, Some("abort"));
        begun(false).await.abort().await.unwrap();
        assert_eq!(tells.recv().await, Some("abort"));
        // The last part too may be the one that does not arrive.
        assert!(begun(true).await.finish().await.is_err());
        assert_eq!(tells.recv().await, Some("abort"));
        begun(false).await.finish().await.unwrap();
        assert_eq!(tells.recv().await, Some("complete"));
        drop(told);
        assert_eq!(tells.recv().await, None, "nothing is taken back twice, or once it is whole");
    }
}
