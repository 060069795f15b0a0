//! The steps of the build, each one tool.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

/// Where cargo puts what it builds.
pub fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Builds the wasm library. `FLITCH_WASM_TOOLCHAIN` names a toolchain made by `scripts/setup`, where rustup could
/// not fetch the target.
pub fn cargo_build(root: &Path) -> anyhow::Result<PathBuf> {
    println!("site: building the wasm library");
    let mut cargo = Command::new("cargo");
    if let Ok(toolchain) = std::fs::read_to_string(target_dir(root).join("wasm-toolchain")) {
        cargo.arg(format!("+{}", toolchain.trim()));
    }
    cargo.args(["build", "--package", "flitch", "--lib", "--features", "hydrate", "--profile", "wasm-release"]);
    // A cargo that runs this program has set variables that only fit its own toolchain.
    cargo
        .args(["--target", "wasm32-unknown-unknown"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root))
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO")
        .current_dir(root);
    run(cargo)?;
    Ok(target_dir(root).join("wasm32-unknown-unknown/wasm-release/flitch.wasm"))
}

/// The flags of `.cargo/config.toml`, and none of this machine's paths in what every browser gets.
fn flags(root: &Path) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"))).unwrap_or_default();
    let remap = |path: &Path, name: &str| format!("--remap-path-prefix={}={name}", path.display());
    ["--cfg erase_components".to_owned(), remap(&home, "cargo"), remap(root, "flitch")].join(" ")
}

/// Of the library, and of what is done to it.
fn digest(path: &Path) -> anyhow::Result<String> {
    let mut bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    bytes.extend(OPTIMISE.concat().bytes());
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The library is the one that was bound last time.
pub fn is_unchanged(wasm: &Path, work: &Path) -> anyhow::Result<bool> {
    let known = std::fs::read_to_string(work.join("built-from")).unwrap_or_default();
    Ok(known == digest(wasm)?)
}

pub fn remember(wasm: &Path, work: &Path) -> anyhow::Result<()> {
    Ok(std::fs::write(work.join("built-from"), digest(wasm)?)?)
}

pub fn bind(wasm: &Path, work: &Path) -> anyhow::Result<()> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("flitch");
    bindgen.generate(work.join("bound")).context("binding the wasm")
}

/// A function inlined, or an expression shared, is some bytes less and no longer like its neighbours, which is what
/// brotli lives on: without both the download is 33 KB smaller.
const OPTIMISE: [&str; 16] = [
    // Twice: what the first round made alike the second puts together.
    "-Oz",
    "-Oz",
    "--converge",
    "-aimfs",
    "0",
    "-fimfs",
    "0",
    "-ocimfs",
    "0",
    "--skip-pass=local-cse",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

pub fn optimise(root: &Path, work: &Path) -> anyhow::Result<()> {
    let mut opt = Command::new(npm_bin(root, "wasm-opt")?);
    opt.args(OPTIMISE);
    opt.arg(work.join("bound/flitch_bg.wasm")).arg("-o").arg(work.join("flitch.wasm"));
    run(opt)
}

pub fn minify_glue(root: &Path, work: &Path) -> anyhow::Result<()> {
    let mut esbuild = Command::new(npm_bin(root, "esbuild")?);
    esbuild.arg(work.join("bound/flitch.js")).args(["--minify", "--format=esm", "--log-level=warning"]);
    esbuild.arg(format!("--outfile={}", work.join("flitch.js").display()));
    run(esbuild)
}

pub fn bundle_styles(root: &Path, work: &Path) -> anyhow::Result<()> {
    let mut esbuild = Command::new(npm_bin(root, "esbuild")?);
    esbuild.arg(root.join("style/main.css")).args(["--bundle", "--minify", "--log-level=warning"]);
    esbuild.arg(format!("--outfile={}", work.join("flitch.css").display()));
    run(esbuild)
}

/// The SQL editor: a module by itself, which only the page with an editor loads.
pub fn bundle_editor(root: &Path, work: &Path) -> anyhow::Result<()> {
    let mut esbuild = Command::new(npm_bin(root, "esbuild")?);
    esbuild.arg(root.join("scripts/site/editor/main.js"));
    esbuild.args(["--bundle", "--minify", "--format=esm", "--log-level=warning"]);
    esbuild.arg(format!("--outfile={}", work.join("editor.js").display()));
    run(esbuild)
}

fn npm_bin(root: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = root.join("scripts/site/node_modules/.bin").join(name);
    ensure!(path.exists(), "{name} is missing; scripts/setup installs it");
    Ok(path)
}

fn run(mut command: Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("starting {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}
