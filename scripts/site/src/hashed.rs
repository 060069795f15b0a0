//! Files under names that carry their content's hash, and the list of hashes that the page reads.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

/// Copies the built files to `out/pkg` and writes `out/hash.txt`. Older files go.
pub fn write(work: &Path, out: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let pkg = out.join("pkg");
    if pkg.exists() {
        fs::remove_dir_all(&pkg).with_context(|| format!("clearing {}", pkg.display()))?;
    }
    fs::create_dir_all(&pkg).with_context(|| format!("making {}", pkg.display()))?;
    let mut hashes = String::new();
    let mut files = Vec::new();
    for kind in ["js", "wasm", "css"] {
        let from = work.join(format!("flitch.{kind}"));
        let bytes = fs::read(&from).with_context(|| format!("reading {}", from.display()))?;
        let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let to = pkg.join(format!("flitch.{hash}.{kind}"));
        fs::write(&to, bytes).with_context(|| format!("writing {}", to.display()))?;
        hashes.push_str(&format!("{kind}: {hash}\n"));
        files.push(to);
    }
    fs::write(out.join("hash.txt"), hashes).context("writing hash.txt")?;
    Ok(files)
}
