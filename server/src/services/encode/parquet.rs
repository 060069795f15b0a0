//! Parquet with the columns' true types, compressed with zstd, for whatever reads data: DuckDB, pandas, Spark.
//!
//! In memory are one Arrow batch under way (4 MiB of text), one row group (24 MiB), and for a moment that row group's
//! bytes on their way out, whatever the number of rows. What Arrow has no type for is the server's text
//! (`redshift::arrow`). A name that stands twice gets a number, because readers find a column by its name.

use std::io::Write;

use cache::Writer;
use redshift::arrow::BatchBuilder;
use redshift::stream::{RowShape, WireFault};
use redshift::text::TextBatch;

use super::{EncodeError, Encoder, Flow, Notes, names};

#[derive(Default)]
pub(super) struct Parquet {
    /// `None` before the first batch.
    file: Option<File>,
    notes: Notes,
}

struct File {
    names: Vec<String>,
    rows: BatchBuilder,
    writer: Writer<Vec<u8>>,
}

impl File {
    fn new(columns: &[RowShape]) -> Result<Self, EncodeError> {
        let names = names::unique(columns);
        let column = |(name, column): (&String, &RowShape)| RowShape { name: name.clone(), ..column.clone() };
        let rows = BatchBuilder::new(&names.iter().zip(columns).map(column).collect::<Vec<_>>());
        let writer = Writer::new(Vec::new(), rows.schema().clone())?;
        Ok(Self { names, rows, writer })
    }

    /// What makes sense as a value, but not to Arrow: `infinity` as a date, `NaN` as a decimal.
    fn refused(&self, fault: WireFault) -> EncodeError {
        match fault {
            WireFault::BadValue { column } => {
                EncodeError::Value { column: self.names.get(usize::from(column)).cloned().unwrap_or_default() }
            }
            fault => EncodeError::Batch(fault),
        }
    }

    fn write_batch(&mut self) -> Result<(), EncodeError> {
        let batch = self.rows.take().map_err(|fault| self.refused(fault))?;
        Ok(self.writer.write(&batch)?)
    }
}

impl Encoder for Parquet {
    fn batch(&mut self, batch: &TextBatch, out: &mut Vec<u8>) -> Result<Flow, EncodeError> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::new(batch.columns())?),
        };
        for row in 0..batch.rows() {
            for column in 0..file.names.len() {
                file.rows.push(column, batch.cell(row, column)).map_err(|fault| file.refused(fault))?;
            }
            file.rows.end_row();
            if file.rows.is_full() {
                file.write_batch()?;
                hand_over(file.writer.take(), out);
            }
        }
        self.notes.rows += batch.rows() as u64;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>, out: &mut (dyn Write + Send)) -> Result<Notes, EncodeError> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => File::new(&[])?,
        };
        if file.rows.rows() > 0 {
            file.write_batch()?;
        }
        let (_, rest) = file.writer.finish_and_take()?;
        super::write_in_pieces(&rest, out)?;
        Ok(self.notes)
    }
}

/// A whole row group is not copied where it can be given away.
fn hand_over(piece: Vec<u8>, out: &mut Vec<u8>) {
    if out.is_empty() && !piece.is_empty() {
        *out = piece;
    } else {
        out.extend_from_slice(&piece);
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType,
        TimestampMicrosecondType,
    };
    use arrow_array::{Array, RecordBatch};
    use arrow_schema::{DataType, SchemaRef, TimeUnit};
    use bytes::Bytes;

    use super::super::samples::{Row, batch, column, encode, numeric, one_column};
    use super::*;

    fn read(file: Vec<u8>) -> (SchemaRef, Vec<RecordBatch>) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(file)).unwrap();
        (reader.schema().clone(), reader.build().unwrap().map(Result::unwrap).collect())
    }

    fn one(batches: &[TextBatch]) -> RecordBatch {
        let (file, notes) = encode(Parquet::default(), batches).unwrap();
        let (_, batches) = read(file);
        assert_eq!(batches.len(), 1);
        assert_eq!(notes, Notes { rows: batches[0].num_rows() as u64, ..Notes::default() });
        batches[0].clone()
    }

    #[test]
    fn each_type_by_its_value() {
        let oids = [16, 21, 23, 20, 700, 701, 1082, 1083, 1114, 1184, 6551, 17, 1043, 4000, 1266];
        let mut columns: Vec<RowShape> = oids.iter().map(|oid| column(&format!("c{oid}"), *oid)).collect();
        columns.push(numeric("n", 38, 10));
        let values: Row = &[
            Some("t"),
            Some("-32768"),
            Some("2147483647"),
            Some("-9223372036854775808"),
            Some("0.1"),
            Some("-Infinity"),
            Some("1970-01-02"),
            Some("00:00:01.5"),
            Some("1970-01-01 00:00:00.000001"),
            Some("1970-01-01 02:00:00+02"),
            Some("00ff"),
            Some("\\x00ff"),
            Some(""),
            Some("{\"a\":1}"),
            Some("04:05:06+02"),
            Some("-9999999999999999999999999999.9999999999"),
        ];
        let read = one(&[batch(&columns, &[values, &[None; 16]])]);
        assert!(read.columns().iter().all(|column| column.len() == 2 && column.is_null(1) && column.is_valid(0)));
        let types: Vec<DataType> = read.schema().fields().iter().map(|field| field.data_type().clone()).collect();
        assert_eq!(types[8], DataType::Timestamp(TimeUnit::Microsecond, None));
        assert_eq!(types[9], DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())));
        assert_eq!(types[15], DataType::Decimal128(38, 10));
        assert!(read.column(0).as_boolean().value(0));
        assert_eq!(read.column(1).as_primitive::<Int16Type>().value(0), i16::MIN);
        assert_eq!(read.column(2).as_primitive::<Int32Type>().value(0), i32::MAX);
        assert_eq!(read.column(3).as_primitive::<Int64Type>().value(0), i64::MIN);
        assert_eq!(read.column(4).as_primitive::<Float32Type>().value(0), 0.1);
        assert_eq!(read.column(5).as_primitive::<Float64Type>().value(0), f64::NEG_INFINITY);
        assert_eq!(read.column(6).as_primitive::<Date32Type>().value(0), 1);
        assert_eq!(read.column(7).as_primitive::<Time64MicrosecondType>().value(0), 1_500_000);
        assert_eq!(read.column(8).as_primitive::<TimestampMicrosecondType>().value(0), 1);
        assert_eq!(read.column(9).as_primitive::<TimestampMicrosecondType>().value(0), 0);
        assert_eq!(read.column(10).as_binary::<i32>().value(0), [0, 255]);
        assert_eq!(read.column(11).as_binary::<i32>().value(0), [0, 255]);
        let texts: Vec<&str> = (12..15).map(|at| read.column(at).as_string::<i32>().value(0)).collect();
        assert_eq!(texts, ["", "{\"a\":1}", "04:05:06+02"]);
        assert_eq!(read.column(15).as_primitive::<Decimal128Type>().value(0), 1 - 10_i128.pow(38));
    }

    #[test]
    fn names_stand_once_and_text_is_as_it_was() {
        let columns = [column("id", 25), column("id", 25), column("=cmd()", 25)];
        let read = one(&[batch(&columns, &[&[Some("=1"), Some("a\r\n\"b\""), Some("ünï😀")]])]);
        let names: Vec<String> = read.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["id", "id (2)", "=cmd()"]);
        let texts: Vec<&str> = read.columns().iter().map(|column| column.as_string::<i32>().value(0)).collect();
        assert_eq!(texts, ["=1", "a\r\n\"b\"", "ünï😀"]);
    }

    #[test]
    fn a_value_without_a_place_names_its_column() {
        for (shape, value) in [
            (column("day", 1082), "infinity"),
            (column("at", 1114), "-infinity"),
            (numeric("price", 8, 2), "NaN"),
            (column("n", 23), "2147483648"),
        ] {
            let name = shape.name.clone();
            match encode(Parquet::default(), &[one_column(shape, &[None, Some(value)])]) {
                Err(EncodeError::Value { column }) => assert_eq!(column, name),
                other => panic!("{other:?}"),
            }
        }
        // Without a precision it is text, where NaN has a place.
        let free = one(&[one_column(column("n", 1700), &[Some("NaN")])]);
        assert_eq!(free.column(0).as_string::<i32>().value(0), "NaN");
    }

    #[test]
    fn without_rows_there_are_columns() {
        let (file, notes) = encode(Parquet::default(), &[batch(&[column("a", 23), column("b", 1043)], &[])]).unwrap();
        let (schema, batches) = read(file);
        assert_eq!((schema.fields().len(), batches.len(), notes.rows), (2, 0, 0));
        for without in [&[batch(&[], &[])][..], &[]] {
            let (file, _) = encode(Parquet::default(), without).unwrap();
            assert_eq!(&file[..4], b"PAR1");
            assert_eq!(&file[file.len() - 4..], b"PAR1");
        }
    }

    #[test]
    fn a_long_result_leaves_while_it_is_written() {
        let mut encoder = Box::new(Parquet::default());
        let (mut file, mut state, mut longest) = (Vec::new(), 1_u64, 0);
        let mut left_early = 0;
        for _ in 0..40 {
            let mut batch = TextBatch::new(vec![column("n", 20), column("s", 1043)].into());
            for _ in 0..2048 {
                let text: String = (0..500).map(|_| noise(&mut state)).collect();
                batch.push(Some(state.cast_signed().to_string().as_bytes()));
                batch.push(Some(text.as_bytes()));
            }
            let mut out = Vec::new();
            assert_eq!(encoder.batch(&batch, &mut out).unwrap(), Flow::More);
            left_early += out.len();
            longest = longest.max(out.len());
            file.extend(out);
        }
        assert!(left_early > 0);
        assert!(longest < 32 * 1024 * 1024, "{longest}");
        encoder.finish(&mut file).unwrap();
        let (_, batches) = read(file);
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 40 * 2048);
        let last = batches.last().unwrap();
        let last_number = last.column(0).as_primitive::<Int64Type>().value(last.num_rows() - 1);
        assert_eq!(last_number, state.cast_signed());
    }

    fn noise(state: &mut u64) -> char {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        char::from(b'!' + (*state % 90) as u8)
    }
}
