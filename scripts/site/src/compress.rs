//! A brotli and a gzip copy beside each file, so that the server compresses nothing.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

pub struct Size {
    pub name: String,
    pub raw: u64,
    pub brotli: u64,
}

/// The sizes of files that are there already, with both copies: their names tell that nothing changed.
pub fn known(files: &[PathBuf]) -> Option<Vec<Size>> {
    let size = |file: &PathBuf| {
        fs::metadata(beside(file, "gz")).ok()?;
        let (raw, brotli) = (fs::metadata(file).ok()?.len(), fs::metadata(beside(file, "br")).ok()?.len());
        Some(Size { name: name(file), raw, brotli })
    };
    files.iter().map(size).collect()
}

pub fn write(files: &[PathBuf]) -> anyhow::Result<Vec<Size>> {
    files.iter().map(|file| one(file)).collect()
}

fn one(file: &Path) -> anyhow::Result<Size> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let params =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut packed, &params).context("compressing")?;
    fs::write(beside(file, "br"), &packed)?;

    let mut gzip = flate2::write::GzEncoder::new(File::create(beside(file, "gz"))?, flate2::Compression::best());
    gzip.write_all(&bytes)?;
    gzip.finish()?;

    Ok(Size { name: name(file), raw: bytes.len() as u64, brotli: packed.len() as u64 })
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", file.display()))
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
