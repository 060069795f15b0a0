//! Builds the browser's half: the wasm library and its glue, the styles, the SQL editor, hashed names, and compressed
//! copies.
//!
//! `site [OUT]` fills OUT (default `target/site`). It needs the wasm32 target and the npm packages of
//! `scripts/site`, which `scripts/setup` installs.

mod compress;
mod hashed;
mod steps;

use std::path::PathBuf;

use anyhow::{Context, ensure};

fn main() -> anyhow::Result<()> {
    // Not the folder this was compiled in: checkouts may share a target folder.
    let root = std::env::current_dir()?;
    ensure!(root.join("scripts/site").is_dir(), "run this in the root of the checkout");
    let out = std::env::args().nth(1).map_or_else(|| root.join("target/site"), PathBuf::from);
    let work = steps::target_dir(&root).join("site-work");
    std::fs::create_dir_all(&work).with_context(|| format!("making {}", work.display()))?;

    let wasm = steps::cargo_build(&root)?;
    let is_same = steps::is_unchanged(&wasm, &work)?;
    if !is_same || !work.join("flitch.wasm").exists() {
        println!("site: binding");
        steps::bind(&wasm, &work)?;
        println!("site: optimising the wasm");
        steps::optimise(&root, &work)?;
        steps::minify_glue(&root, &work)?;
        steps::remember(&wasm, &work)?;
    }
    steps::bundle_styles(&root, &work)?;
    steps::bundle_editor(&root, &work)?;

    let files = hashed::names(&work, &out)?;
    let sizes = match compress::known(&files) {
        Some(sizes) => sizes,
        None => {
            hashed::write(&work, &out, &files)?;
            compress::write(&files)?
        }
    };
    for size in &sizes {
        println!("site: {:<28} {:>8} bytes, {:>7} brotli", size.name, size.raw, size.brotli);
    }
    let is_editor = |size: &&compress::Size| size.name.split('.').next() == Some(hashed::EDITOR);
    let total: u64 = sizes.iter().filter(|size| !is_editor(size)).map(|size| size.brotli).sum();
    let editor: u64 = sizes.iter().filter(is_editor).map(|size| size.brotli).sum();
    println!("site: {total} bytes brotli in all, and {editor} for the editor, in {}", out.display());
    ensure!(total <= LIMIT, "the download is over its limit of {LIMIT} bytes");
    ensure!(editor <= EDITOR_LIMIT, "the editor is over its limit of {EDITOR_LIMIT} bytes");
    Ok(())
}

/// What a browser downloads for the whole app, compressed. More than this fails the build.
const LIMIT: u64 = 400 * 1000;

/// The same for the SQL editor, which only its own page loads, and which that page can do without.
const EDITOR_LIMIT: u64 = 150 * 1000;
