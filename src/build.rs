//! How the program is linked.

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    // Packed, the relocations that Rust's tables of functions need take a hundredth of the room, on disk and in memory.
    // glibc knows them since 2.36 (its NEWS, "DT_RELR").
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
