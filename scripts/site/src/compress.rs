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

pub fn write(files: &[PathBuf]) -> anyhow::Result<Vec<Size>> {
    files.iter().map(|file| one(file)).collect()
}

fn one(file: &Path) -> anyhow::Result<Size> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let beside = |ending: &str| PathBuf::from(format!("{}.{ending}", file.display()));

    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut packed, &params).context("compressing")?;
    fs::write(beside("br"), &packed)?;

    let mut gzip = flate2::write::GzEncoder::new(File::create(beside("gz"))?, flate2::Compression::best());
    gzip.write_all(&bytes)?;
    gzip.finish()?;

    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Size { name, raw: bytes.len() as u64, brotli: packed.len() as u64 })
}
