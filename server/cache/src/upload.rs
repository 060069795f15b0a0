//! One snapshot on its way into the object store: a row group in memory, and a few parts on the way.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use object_store::{MultipartUpload, WriteMultipart};

use crate::snapshots::SnapshotError;
use crate::{Writer, Written};

/// As large as a part of a multipart upload is where the source is quick. S3 takes 10,000 of them and no more, each of 5
/// MiB at least.
const PART: usize = 8 * 1024 * 1024;

/// Parts on the way at once.
const AT_ONCE: usize = 2;

/// Dropped before it is finished, it leaves nothing that anybody could take for a snapshot.
pub struct Upload {
    writer: Writer<Vec<u8>>,
    parts: WriteMultipart,
}

impl Upload {
    pub(crate) fn new(upload: Box<dyn MultipartUpload>, schema: SchemaRef) -> Result<Self, SnapshotError> {
        let parts = WriteMultipart::new_with_chunk_size(upload, PART);
        Ok(Self { writer: Writer::new(Vec::new(), schema)?, parts })
    }

    /// Bytes of the file so far.
    pub fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    /// Takes a batch; waits where the store is slower than the source.
    pub async fn write(&mut self, batch: RecordBatch) -> Result<(), SnapshotError> {
        // A row group takes as long to compress as a page takes to load.
        tokio::task::block_in_place(|| self.writer.write(&batch))?;
        let piece = self.writer.take();
        self.send(piece).await
    }

    async fn send(&mut self, piece: Vec<u8>) -> Result<(), SnapshotError> {
        if piece.is_empty() {
            return Ok(());
        }
        self.parts.wait_for_capacity(AT_ONCE).await?;
        self.parts.put(piece.into());
        Ok(())
    }

    /// Writes the end, and shows the object: from now on it is there, under its key.
    pub async fn finish(mut self) -> Result<Written, SnapshotError> {
        let (written, rest) = tokio::task::block_in_place(|| self.writer.finish_and_take())?;
        self.parts.put(rest.into());
        self.parts.finish().await?;
        Ok(written)
    }

    /// Gives it up, and takes back what was sent.
    pub async fn abort(self) -> Result<(), SnapshotError> {
        Ok(self.parts.abort().await?)
    }
}
