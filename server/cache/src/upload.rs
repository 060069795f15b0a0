//! One snapshot on its way into the object store: a row group in memory, and a few parts on the way.

use std::io::{self, Write};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use object_store::{MultipartUpload, WriteMultipart};
use tokio::runtime::Handle;

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
        let upload = WriteMultipart::new_with_chunk_size(upload, part_size);
        let parts =
            Parts { upload: Some(upload), part_size, part: Vec::new(), runtime: Handle::current(), failure: None };
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
        if let Some(upload) = &mut parts.upload {
            upload.put(std::mem::take(&mut parts.part).into());
            upload.wait_for_capacity(0).await?;
        }
        if let Some(upload) = parts.upload.take() {
            upload.finish().await?;
        }
        Ok(written)
    }

    /// Gives it up, and takes back what was sent.
    pub async fn abort(mut self) -> Result<(), SnapshotError> {
        match self.writer.out().upload.take() {
            Some(upload) => Ok(upload.abort().await?),
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
    upload: Option<WriteMultipart>,
    part_size: usize,
    part: Vec<u8>,
    runtime: Handle,
    failure: Option<object_store::Error>,
}

impl Drop for Parts {
    /// A bucket keeps parts of what was never finished, and bills them, until somebody says that it may not.
    fn drop(&mut self) {
        if let Some(upload) = self.upload.take() {
            self.runtime.spawn(tokio::time::timeout(TAKING_BACK, upload.abort()));
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
        if self.part.len() == self.part_size
            && let Some(upload) = &mut self.upload
        {
            if let Err(error) = self.runtime.block_on(upload.wait_for_capacity(AT_ONCE)) {
                self.failure = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
            upload.put(std::mem::take(&mut self.part).into());
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

    /// Tells how it ends.
    #[derive(Debug)]
    struct Told(mpsc::UnboundedSender<&'static str>);

    #[async_trait]
    impl MultipartUpload for Told {
        fn put_part(&mut self, _: PutPayload) -> UploadPart {
            Box::pin(async { Ok(()) })
        }

        async fn complete(&mut self) -> object_store::Result<PutResult> {
            let _ = self.0.send("complete");
            Ok(PutResult { e_tag: None, version: None })
        }

        async fn abort(&mut self) -> object_store::Result<()> {
            let _ = self.0.send("abort");
            Ok(())
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_dropped_before_its_end_is_taken_back() {
        let (told, mut tells) = mpsc::unbounded_channel();
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let begun = async || {
            let mut upload = Upload::new(Box::new(Told(told.clone())), PART_OF_FILE, Arc::clone(&schema)).unwrap();
            let column = Arc::new(Int64Array::from_iter_values(0..10));
            upload.write(RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap()).await.unwrap();
            upload
        };
        drop(begun().await);
        assert_eq!(tells.recv().await, Some("abort"));
        begun().await.abort().await.unwrap();
        assert_eq!(tells.recv().await, Some("abort"));
        begun().await.finish().await.unwrap();
        assert_eq!(tells.recv().await, Some("complete"));
        drop(told);
        assert_eq!(tells.recv().await, None, "nothing is taken back twice, or once it is whole");
    }
}
