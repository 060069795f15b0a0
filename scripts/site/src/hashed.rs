//! Files under names that carry their content's hash, and the list of hashes that the page reads.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

/// What each hash is called in `hash.txt`, and the file's stem and ending. The framework looks for its own three lines
/// and passes over others.
const FILES: [(&str, &str, &str); 4] =
    [("js", "flitch", "js"), ("wasm", "flitch", "wasm"), ("css", "flitch", "css"), ("editor", EDITOR, "js")];

/// The editor's stem.
pub const EDITOR: &str = "editor";

/// Where the built files belong: `out/pkg`, each under its hash.
pub fn names(work: &Path, out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let name = |(_, stem, ending): (&str, &str, &str)| {
        let bytes = read(work, stem, ending)?;
        let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(out.join("pkg").join(format!("{stem}.{hash}.{ending}")))
    };
    FILES.into_iter().map(name).collect()
}

/// Copies the built files there and writes `out/hash.txt`. Older files go.
pub fn write(work: &Path, out: &Path, files: &[PathBuf]) -> anyhow::Result<()> {
    let pkg = out.join("pkg");
    if pkg.exists() {
        fs::remove_dir_all(&pkg).with_context(|| format!("clearing {}", pkg.display()))?;
    }
    fs::create_dir_all(&pkg).with_context(|| format!("making {}", pkg.display()))?;
    let mut hashes = String::new();
    for ((key, stem, ending), file) in FILES.into_iter().zip(files) {
        fs::write(file, read(work, stem, ending)?).with_context(|| format!("writing {}", file.display()))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        hashes.push_str(&format!("{key}: {}\n", name.split('.').nth(1).unwrap_or_default()));
    }
    fs::write(out.join("hash.txt"), hashes).context("writing hash.txt")
}

fn read(work: &Path, stem: &str, ending: &str) -> anyhow::Result<Vec<u8>> {
    let from = work.join(format!("{stem}.{ending}"));
    fs::read(&from).with_context(|| format!("reading {}", from.display()))
}
