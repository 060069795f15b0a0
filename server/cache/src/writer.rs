//! Batches to Parquet, with memory bounded by one row group.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use thiserror::Error;

/// A row group is closed when what it holds in memory reaches this. Smaller ones repeat the dictionaries of their columns
/// so often that the file grows by a third, and with it the time that questions take.
const GROUP_BYTES: usize = 24 * 1024 * 1024;

#[derive(Debug, Error)]
pub enum WriteError {
    #[error("the snapshot could not be written")]
    Parquet(#[from] ParquetError),
}

/// What a finished snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub rows: u64,
    pub row_groups: usize,
    /// Of the whole file.
    pub bytes: u64,
}

pub struct Writer<W: Write + Send> {
    parquet: ArrowWriter<W>,
    rows: u64,
}

impl<W: Write + Send> Writer<W> {
    pub fn new(out: W, schema: SchemaRef) -> Result<Self, WriteError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            // Minimum and maximum of each column chunk, for skipping; per page they cost more than they save.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .build();
        Ok(Self { parquet: ArrowWriter::try_new(out, schema, Some(properties))?, rows: 0 })
    }

    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.parquet.write(batch)?;
        self.rows += batch.num_rows() as u64;
        if self.parquet.memory_size() >= GROUP_BYTES {
            self.parquet.flush()?;
        }
        Ok(())
    }

    /// Of the file so far, as far as it was written out.
    pub fn bytes(&self) -> u64 {
        self.parquet.bytes_written() as u64
    }

    /// Writes the footer. A file without it is no snapshot.
    pub fn finish(mut self) -> Result<Written, WriteError> {
        self.close()
    }

    /// The same for whoever still wants what it was written to.
    pub(crate) fn close(&mut self) -> Result<Written, WriteError> {
        let metadata = self.parquet.finish()?;
        Ok(Written { rows: self.rows, row_groups: metadata.num_row_groups(), bytes: self.bytes() })
    }

    pub(crate) fn out(&mut self) -> &mut W {
        self.parquet.inner_mut()
    }
}

/// For a file that goes elsewhere while it is written.
impl Writer<Vec<u8>> {
    /// What the file has grown by since the last time, which is something once a row group is closed. The file goes on
    /// behind it: places in it are counted by what was written, not by what is here.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.parquet.inner_mut())
    }

    /// Writes the footer; with it comes the rest of the file.
    pub fn finish_and_take(mut self) -> Result<(Written, Vec<u8>), WriteError> {
        let written = self.close()?;
        Ok((written, self.take()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};
    use arrow_schema::{DataType, Field, Schema};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_groups_stay_small() {
        let fields = vec![Field::new("n", DataType::Int64, true), Field::new("s", DataType::Utf8, true)];
        let schema = Arc::new(Schema::new(fields));
        let batch = |from: i64| {
            let numbers = Int64Array::from_iter((from..from + 10_000).map(|n| (n % 7 != 0).then_some(n)));
            let texts = StringArray::from_iter((from..from + 10_000).map(|n| Some(noise(n))));
            let columns: Vec<ArrayRef> = vec![Arc::new(numbers), Arc::new(texts)];
            RecordBatch::try_new(Arc::clone(&schema), columns).unwrap()
        };
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file, Arc::clone(&schema)).unwrap();
        let batches: Vec<RecordBatch> = (0..12).map(|at| batch(at * 10_000)).collect();
        for batch in &batches {
            writer.write(batch).unwrap();
        }
        let written = writer.finish().unwrap();
        assert_eq!(written.rows, 120_000);
        assert!(written.row_groups > 1, "{written:?}");
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file))
            .unwrap()
            .with_batch_size(10_000)
            .build()
            .unwrap();
        let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
        assert_eq!(rows, 120_000);
    }

    #[test]
    fn what_is_taken_while_it_is_written_makes_the_same_file() {
        let schema = Arc::new(Schema::new(vec![Field::new("s", DataType::Utf8, true)]));
        let batch = |from: i64| {
            let texts = StringArray::from_iter((from..from + 10_000).map(|n| Some(noise(n))));
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(texts)]).unwrap()
        };
        let mut whole = Vec::new();
        let mut beside = Writer::new(&mut whole, Arc::clone(&schema)).unwrap();
        let mut writer = Writer::new(Vec::new(), Arc::clone(&schema)).unwrap();
        let (mut pieces, mut times) = (Vec::new(), 0);
        for at in 0..12 {
            writer.write(&batch(at * 10_000)).unwrap();
            beside.write(&batch(at * 10_000)).unwrap();
            let piece = writer.take();
            times += usize::from(!piece.is_empty());
            pieces.extend(piece);
        }
        let (written, rest) = writer.finish_and_take().unwrap();
        pieces.extend(rest);
        assert_eq!(written, beside.finish().unwrap());
        assert_eq!(pieces, whole);
        assert_eq!(written.bytes, whole.len() as u64);
        assert!(times > 0);
    }

    /// 400 characters that do not compress well.
    fn noise(seed: i64) -> String {
        let mut state = seed.cast_unsigned() | 1 << 40;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(b'!' + (state % 90) as u8)
        };
        (0..400).map(|_| next()).collect()
    }
}
