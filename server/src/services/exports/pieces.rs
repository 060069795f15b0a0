//! A file on its way: made in a thread of its own, taken piece by piece by whoever downloads it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::fault::Fault;
use contract::finding::Finding;
use contract::ports;
use contract::query::FileFormat;
use redshift::deadlines::milliseconds;
use redshift::text::TextBatch;
use tokio::sync::mpsc;

use super::super::encode::{EncodeError, Encoder, Flow, Notes, encoder};
use super::super::{Shared, internal, log_failure};

/// What goes from whoever makes a file to whoever downloads it. Of a file that is whole the last is its end: one that stops
/// without is cut off, whyever it stopped.
pub(super) enum Piece {
    Bytes(Vec<u8>),
    End,
    CutOff,
}

/// Why a file has no end.
pub(super) enum Unfinished {
    /// Nobody takes it any more.
    Left,
    Failed(Finding),
}

impl Unfinished {
    /// After so long.
    pub fn finding(&self, took: Duration) -> Finding {
        match self {
            Self::Left => Finding::FileLeft { after_ms: milliseconds(took) },
            Self::Failed(finding) => finding.clone(),
        }
    }
}

/// Pieces that wait for a slow reader.
const WAITING: usize = 4;

/// The end that is read. Dropped before the file's end, it ends the statement that fills it.
pub(crate) struct Pieces {
    shared: Arc<Shared>,
    pieces: mpsc::Receiver<Piece>,
    /// The statement that fills the file; empty where none runs.
    query_id: String,
    is_over: bool,
}

/// The end that is written.
pub(super) struct Making {
    encoder: Box<dyn Encoder>,
    out: Outlet,
}

impl Making {
    pub fn begin(shared: &Arc<Shared>, format: FileFormat) -> Result<(Self, Pieces), Fault> {
        let encoder = encoder(format, &std::env::temp_dir());
        let encoder = encoder.map_err(|error| internal("a file could not be begun", &error))?;
        let (out, pieces) = mpsc::channel(WAITING);
        let out = Outlet { out, patience: shared.export_limits.patience };
        let pieces = Pieces { shared: Arc::clone(shared), pieces, query_id: String::new(), is_over: false };
        Ok((Self { encoder, out }, pieces))
    }

    /// Encodes what comes until nothing more does. The file is not finished by that: whether it may be, the source
    /// says. `None` where nobody wants it any more. The flag says that the format has no room for more rows.
    pub async fn take(self, mut batches: mpsc::Receiver<TextBatch>) -> Result<Option<(Self, bool)>, Finding> {
        let Self { mut encoder, out } = self;
        let encode = move || -> Result<Option<(Self, bool)>, Finding> {
            let mut is_full = false;
            while let Some(batch) = batches.blocking_recv() {
                let mut piece = Vec::new();
                let flow = encoder.batch(&batch, &mut piece).map_err(|error| explain(&error))?;
                if !piece.is_empty() && !out.send(Piece::Bytes(piece)) {
                    return Ok(None);
                }
                if flow == Flow::Enough {
                    is_full = true;
                    break;
                }
            }
            Ok(Some((Self { encoder, out }, is_full)))
        };
        tokio::task::spawn_blocking(encode)
            .await
            .unwrap_or_else(|error| Err(Finding::Internal { reference: log_failure("a file's encoder ended", &error) }))
    }

    /// Writes the format's end, and tells where the file is not the result to the letter. That it is whole its reader hears
    /// only from [`Outlet::end`]: whoever waits for this may have given up, and its thread goes on.
    pub async fn finish(self) -> Result<Notes, Unfinished> {
        let Self { encoder, mut out } = self;
        let finish = move || match encoder.finish(&mut out) {
            Ok(notes) => Ok(notes),
            Err(EncodeError::Out(_)) => Err(Unfinished::Left),
            Err(error) => Err(Unfinished::Failed(explain(&error))),
        };
        tokio::task::spawn_blocking(finish).await.unwrap_or_else(|error| {
            Err(Unfinished::Failed(Finding::Internal { reference: log_failure("a file's encoder ended", &error) }))
        })
    }

    /// Where the pieces go, for telling that no more will come.
    pub fn out(&self) -> Outlet {
        self.out.clone()
    }
}

/// What the file is written to.
#[derive(Clone)]
pub(super) struct Outlet {
    out: mpsc::Sender<Piece>,
    patience: Duration,
}

impl Outlet {
    /// Ends a file that is whole, once it is written down that it is. False where nobody takes it.
    pub async fn end(&self) -> bool {
        matches!(tokio::time::timeout(self.patience, self.out.send(Piece::End)).await, Ok(Ok(())))
    }

    /// Ends a file that is not whole, once it is written down why. A reader that takes nothing is waited for, and may be for
    /// ever: all else is to be done before.
    pub async fn cut_off(&self) {
        let _ = self.out.send(Piece::CutOff).await;
    }

    /// Hands a piece on. False where nobody takes it: the reader is gone, or took nothing for so long that others should
    /// have its place.
    fn send(&self, piece: Piece) -> bool {
        let handed = async { tokio::time::timeout(self.patience, self.out.send(piece)).await };
        matches!(tokio::runtime::Handle::current().block_on(handed), Ok(Ok(())))
    }
}

/// An error where nobody takes what is written any more.
impl std::io::Write for Outlet {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        match self.send(Piece::Bytes(piece.to_vec())) {
            true => Ok(piece.len()),
            false => Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn explain(error: &EncodeError) -> Finding {
    match error {
        EncodeError::Value { column } => Finding::ValueUnfit { column: column.clone() },
        error => Finding::Internal { reference: log_failure("a file could not be written", error) },
    }
}

impl Pieces {
    pub fn come_from(&mut self, query_id: &str) {
        query_id.clone_into(&mut self.query_id);
    }

    pub fn query_id(&self) -> &str {
        &self.query_id
    }
}

#[async_trait]
impl ports::Chunks for Pieces {
    /// An error after what there is of a file that is not whole, so that no browser takes that for all of it.
    async fn next(&mut self) -> Option<Result<Vec<u8>, Fault>> {
        if self.is_over {
            return None;
        }
        let piece = self.pieces.recv().await;
        self.is_over = !matches!(piece, Some(Piece::Bytes(_)));
        match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => None,
            Some(Piece::CutOff) | None => Some(Err(Fault::ExportFailed)),
        }
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        if !self.is_over && !self.query_id.is_empty() {
            self.shared.live.cancel(&self.query_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_slow_reader_gets_every_piece_and_one_that_takes_nothing_none() {
        let (out, mut pieces) = mpsc::channel(1);
        let (slow, stuck) = (Duration::from_secs(60), Duration::from_millis(50));
        let send = |number: u8, patience| {
            let out = Outlet { out: out.clone(), patience };
            tokio::task::spawn_blocking(move || out.send(Piece::Bytes(vec![number])))
        };
        assert!(send(1, slow).await.unwrap());
        let waits = send(2, slow);
        assert!(!send(3, stuck).await.unwrap(), "there is no room, and nobody makes any");
        assert!(matches!(pieces.recv().await, Some(Piece::Bytes(bytes)) if bytes == [1]));
        assert!(waits.await.unwrap());
        assert!(matches!(pieces.recv().await, Some(Piece::Bytes(bytes)) if bytes == [2]));
        drop(pieces);
        assert!(!send(4, slow).await.unwrap(), "gone");
    }

    /// Whoever waited for it has written down by then that there is no file.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_that_is_finished_after_it_was_given_up_has_no_end() {
        let (out, mut pieces) = mpsc::channel(1);
        out.send(Piece::Bytes(Vec::new())).await.unwrap();
        let encoder = encoder(FileFormat::Xlsx, &std::env::temp_dir()).unwrap();
        let making = Making { encoder, out: Outlet { out, patience: Duration::from_secs(60) } };
        assert!(tokio::time::timeout(Duration::ZERO, making.finish()).await.is_err(), "there is no room");
        let mut taken = 0;
        while let Some(piece) = pieces.recv().await {
            assert!(matches!(piece, Piece::Bytes(_)));
            taken += 1;
        }
        assert!(taken > 1, "its thread went on");
    }
}
