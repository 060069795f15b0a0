//! Snapshots in a folder, and in a bucket of a server that speaks S3: there whole or not at all.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop there")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use cache::{Bucket, Question, Reader, Room, SnapshotError, Snapshots, Written};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ROOM: Room = Room { memory: 64 << 20, disk: 1 << 30 };

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Numbers of processes come again, and what was killed has left its folder.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        Self(std::env::temp_dir().join(format!("flitch-cache-{now}-{number}")))
    }

    fn made() -> Self {
        let folder = Self::new();
        std::fs::create_dir(&folder.0).unwrap();
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true), Field::new("s", DataType::Utf8, true)]))
}

/// 10,000 rows that do not compress to nothing.
fn batch(from: i64) -> RecordBatch {
    let numbers = Int64Array::from_iter_values(from..from + 10_000);
    let mut state = from.cast_unsigned() | 1 << 40;
    let mut noise = || {
        let letters = (0..200).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(b'!' + (state % 90) as u8)
        });
        letters.collect::<String>()
    };
    let texts = StringArray::from_iter_values((0..10_000).map(|_| noise()));
    let columns: Vec<ArrayRef> = vec![Arc::new(numbers), Arc::new(texts)];
    RecordBatch::try_new(schema(), columns).unwrap()
}

async fn put(snapshots: &Snapshots, key: &str, batches: i64) -> Written {
    let mut upload = snapshots.begin(key, schema()).await.unwrap();
    for at in 0..batches {
        upload.write(batch(at * 10_000)).await.unwrap();
    }
    upload.finish().await.unwrap()
}

/// What any store has to hold to.
async fn whole_or_not_at_all(snapshots: &Snapshots) {
    let keys = async || {
        let mut keys: Vec<String> = snapshots.list().await.unwrap().into_iter().map(|listed| listed.key).collect();
        keys.sort();
        keys
    };
    let written = put(snapshots, "team/sales/1", 30).await;
    assert!(written.rows == 300_000 && written.row_groups > 1, "{written:?}");
    snapshots.check("team/sales/1", &written).await.unwrap();
    let listed = snapshots.list().await.unwrap();
    assert_eq!((listed.len(), listed[0].bytes), (1, written.bytes));
    let other = Written { rows: 299_999, ..written };
    assert!(matches!(snapshots.check("team/sales/1", &other).await, Err(SnapshotError::Torn)));
    assert!(snapshots.check("team/sales/2", &written).await.unwrap_err().is_missing());

    // And it can be asked where it lies.
    let asked = put(snapshots, "team/asked/1.parquet", 1).await;
    let spill = Folder::made();
    let reader = Reader::new(snapshots, ROOM, &spill.0).unwrap();
    let number = async |sql: &str| {
        let question = Question { sql, values: &[], is_in_order: false };
        let mut rows = reader.ask("team/asked/1.parquet", question).await.unwrap();
        let counted = rows.next().await.unwrap().unwrap();
        counted.column(0).as_any().downcast_ref::<Int64Array>().unwrap().value(0)
    };
    assert_eq!(number("select count(*) from snapshot").await, i64::try_from(asked.rows).unwrap());
    // Where no row is left there is no value either, whatever an estimate says of the only one that there could be.
    assert_eq!(number("select count(distinct n) from snapshot where n = 5 and s = ''").await, 0);
    assert_eq!(number("select count(distinct n) from snapshot where n = 5").await, 1);
    snapshots.remove("team/asked/1.parquet").await.unwrap();

    // On its way, given up, and forgotten: nobody sees any of it.
    let mut upload = snapshots.begin("team/sales/2", schema()).await.unwrap();
    for at in 0..15 {
        upload.write(batch(at * 10_000)).await.unwrap();
    }
    assert!(upload.bytes() > 0);
    assert_eq!(keys().await, ["team/sales/1"]);
    upload.abort().await.unwrap();
    let mut upload = snapshots.begin("team/sales/3", schema()).await.unwrap();
    for at in 0..15 {
        upload.write(batch(at * 10_000)).await.unwrap();
    }
    drop(upload);
    assert_eq!(keys().await, ["team/sales/1"]);

    // Without a row it has its columns all the same.
    let empty = put(snapshots, "team/empty/1", 0).await;
    assert_eq!((empty.rows, empty.row_groups), (0, 0));
    snapshots.check("team/empty/1", &empty).await.unwrap();
    assert_eq!(keys().await, ["team/empty/1", "team/sales/1"]);

    for key in ["team/empty/1", "team/sales/1", "team/sales/1"] {
        snapshots.remove(key).await.unwrap();
    }
    assert!(keys().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_has_a_snapshot_whole_or_not_at_all() {
    let folder = Folder::new();
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    whole_or_not_at_all(&snapshots).await;
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&folder.0).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700, "it is the customer's data");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_or_changed_is_no_snapshot() {
    let folder = Folder::new();
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    let written = put(&snapshots, "sales/1", 3).await;
    let file = folder.0.join("sales/1");
    let bytes = std::fs::read(&file).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes.clone())).unwrap().build().unwrap();
    assert_eq!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 30_000);
    for cut in [0, 1, 7, 8, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&file, &bytes[..cut]).unwrap();
        assert!(matches!(snapshots.check("sales/1", &written).await, Err(SnapshotError::Torn)), "{cut}");
    }
    let mut changed = bytes.clone();
    let end = changed.len();
    changed[end - 40..].fill(0xff);
    std::fs::write(&file, &changed).unwrap();
    assert!(snapshots.check("sales/1", &written).await.is_err());
}

/// A process that was killed leaves what it had begun; it is removed once it is old, and nothing else is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_and_left_is_swept() {
    let folder = Folder::new();
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    let written = put(&snapshots, "sales/1", 1).await;
    let mut upload = snapshots.begin("sales/2", schema()).await.unwrap();
    for at in 0..15 {
        upload.write(batch(at * 10_000)).await.unwrap();
    }
    let files = || std::fs::read_dir(folder.0.join("sales")).unwrap().count();
    assert_eq!(files(), 2, "one of them aside");
    // As if the process were gone: its destructors do not run.
    std::mem::forget(upload);
    let any = |_: &str| true;
    assert_eq!(snapshots.sweep_begun(Duration::from_secs(3_600), any).await.unwrap(), 0, "it may be somebody's work");
    assert_eq!(
        snapshots.sweep_begun(Duration::ZERO, |key| key != "sales/2").await.unwrap(),
        0,
        "it is somebody's work"
    );
    assert_eq!(snapshots.sweep_begun(Duration::ZERO, any).await.unwrap(), 1);
    assert_eq!(files(), 1);
    snapshots.check("sales/1", &written).await.unwrap();
}

#[test]
fn an_address_of_a_bucket_is_one() {
    for address in ["", "s3://", "s3:///x", "https://bucket/x", "/tmp/x"] {
        assert!(matches!(Snapshots::in_bucket(address, &Bucket::default()), Err(SnapshotError::Address)), "{address}");
    }
}

/// `scripts/clients` runs it, beside moto.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a server that speaks S3, named by FLITCH_TEST_S3: scripts/clients"]
async fn a_bucket_has_a_snapshot_whole_or_not_at_all() {
    let endpoint = std::env::var("FLITCH_TEST_S3").expect("FLITCH_TEST_S3 names a server that speaks S3");
    let bucket = Bucket {
        region: Some("us-east-1".into()),
        endpoint: Some(endpoint.clone()),
        access_key: Some(("test".into(), "test".into())),
    };
    let snapshots = Snapshots::in_bucket("s3://snapshots/flitch/acme", &bucket).unwrap();
    whole_or_not_at_all(&snapshots).await;
    // Nor does what was given up in the middle stay there, unseen and billed.
    let mut upload = snapshots.begin("team/sales/3", schema()).await.unwrap();
    for at in 0..8 {
        upload.write(batch(at * 10_000)).await.unwrap();
    }
    assert!(unfinished(&endpoint).await.contains("<Key>flitch/acme/team/sales/3</Key>"));
    drop(upload);
    let gone = tokio::time::timeout(Duration::from_secs(30), async {
        while unfinished(&endpoint).await.contains("<Key>") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(gone.await.is_ok(), "{}", unfinished(&endpoint).await);
}

/// What the bucket tells of uploads that have not ended (S3's manual, "ListMultipartUploads").
async fn unfinished(endpoint: &str) -> String {
    let host = endpoint.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /snapshots?uploads HTTP/1.0\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// 60 MB of text in an order of its own, with 48 MiB to sort it in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_into_memory_goes_to_disk_and_is_gone_from_there() {
    let (folder, spill) = (Folder::new(), Folder::made());
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    let written = put(&snapshots, "sales/1.parquet", 30).await;
    let reader = Reader::new(&snapshots, ROOM, &spill.0).unwrap();
    let question = Question { sql: "select s, n from snapshot order by s", values: &[], is_in_order: true };
    let mut rows = reader.ask("sales/1.parquet", question).await.unwrap();
    let (mut seen, mut last, mut most) = (0, String::new(), 0);
    while let Some(batch) = rows.next().await {
        let batch = batch.unwrap();
        let texts = batch.column(0).as_any().downcast_ref::<StringArray>().unwrap();
        for text in texts.iter().flatten() {
            assert!(last.as_str() <= text);
            text.clone_into(&mut last);
        }
        seen += batch.num_rows() as u64;
        most = most.max(bytes_in(&spill.0));
    }
    assert_eq!(seen, written.rows);
    assert!(most > 8 * 1024 * 1024, "{most} bytes were on disk");
    drop((rows, reader));
    assert_eq!(bytes_in(&spill.0), 0);
}

/// Two cores that exchange by way of the disk what they group come to an end, and to the same answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_grouped_within_little_memory_is_what_it_is_within_much() {
    let (folder, spill) = (Folder::new(), Folder::made());
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    put(&snapshots, "sales/1.parquet", 20).await;
    let sql = "select n % 100 as g, count(distinct substr(s, 1, 30)) as c from snapshot group by 1 order by 1";
    let answers = async |memory: usize| {
        let reader = Reader::new(&snapshots, Room { memory, ..ROOM }, &spill.0).unwrap();
        let mut answers = Vec::new();
        for _ in 0..4 {
            let question = Question { sql, values: &[], is_in_order: false };
            let mut rows = reader.ask("sales/1.parquet", question).await.unwrap();
            let mut counts: Vec<i64> = Vec::new();
            while let Some(batch) = rows.next().await {
                let batch = batch.unwrap();
                counts.extend(batch.column(1).as_any().downcast_ref::<Int64Array>().unwrap().values());
            }
            answers.push(counts);
        }
        answers
    };
    let much = answers(512 << 20).await;
    assert_eq!(much[0].len(), 100);
    // Far longer than it takes.
    let little = tokio::time::timeout(Duration::from_secs(100), answers(16 << 20)).await;
    assert_eq!(little.expect("an end"), much);
}

/// The disk has an end too, and others write there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_more_disk_than_there_may_be_is_told_so_and_leaves_none() {
    let (folder, spill) = (Folder::new(), Folder::made());
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    put(&snapshots, "sales/1.parquet", 30).await;
    let room = Room { disk: 4 << 20, ..ROOM };
    let reader = Reader::new(&snapshots, room, &spill.0).unwrap();
    let question = Question { sql: "select s, n from snapshot order by s", values: &[], is_in_order: true };
    let mut rows = reader.ask("sales/1.parquet", question).await.unwrap();
    let error = loop {
        match rows.next().await.expect("an error before the end") {
            Ok(_) => assert!(bytes_in(&spill.0) < 8 << 20),
            Err(error) => break error,
        }
    };
    assert!(error.is_memory(), "{error:?}");
    drop(rows);
    // The next one has it again.
    let question = Question { sql: "select count(*) as n from snapshot", ..question };
    assert!(reader.ask("sales/1.parquet", question).await.unwrap().next().await.unwrap().is_ok());
    drop(reader);
    assert_eq!(bytes_in(&spill.0), 0);
}

/// What a row group says of its greatest value knows no NaN, which is greater than any.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_first_begins_with_nan_in_whichever_row_group_it_is() {
    let (folder, spill) = (Folder::new(), Folder::made());
    let snapshots = Snapshots::in_folder(&folder.0).unwrap();
    let fields = vec![Field::new("x", DataType::Float64, true), Field::new("s", DataType::Utf8, true)];
    let schema = Arc::new(Schema::new(fields));
    let mut upload = snapshots.begin("sales/1.parquet", Arc::clone(&schema)).await.unwrap();
    for at in 0..30 {
        let numbers = (0..10_000).map(|n| match (at, n) {
            (29, 0..5) => f64::NAN,
            _ => f64::from(30 - at) * 1_000.0 + f64::from(n) / 10_000.0,
        });
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Float64Array::from_iter_values(numbers)),
            Arc::clone(batch(i64::from(at) * 10_000).column(1)),
        ];
        upload.write(RecordBatch::try_new(Arc::clone(&schema), columns).unwrap()).await.unwrap();
    }
    let written = upload.finish().await.unwrap();
    assert!(written.row_groups > 1, "{written:?}");
    let reader = Reader::new(&snapshots, ROOM, &spill.0).unwrap();
    let question = Question { sql: "select x from snapshot order by x desc limit 7", values: &[], is_in_order: true };
    let mut rows = reader.ask("sales/1.parquet", question).await.unwrap();
    let mut seen = Vec::new();
    while let Some(batch) = rows.next().await {
        let batch = batch.unwrap();
        let numbers = batch.column(0).as_any().downcast_ref::<Float64Array>().unwrap();
        seen.extend(numbers.iter().flatten().map(|number| number.to_string()));
    }
    assert_eq!(seen, ["NaN", "NaN", "NaN", "NaN", "NaN", "30000.9999", "30000.9998"]);
}

fn bytes_in(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size =
        |path: PathBuf| if path.is_dir() { bytes_in(&path) } else { path.metadata().map_or(0, |file| file.len()) };
    entries.map(|entry| size(entry.path())).sum()
}
