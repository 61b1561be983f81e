//! Refuses to build a portal without the booth's scripts, and says which command makes them.
//!
//! The scripts are built by `./run build-web` into `web/dist`, with `manifest.json` as the contract: every file and its
//! integrity hash. A portal without them would compile and be unable to let anyone vote, so their absence is an error here and not at run time.

use std::path::Path;
use std::process::ExitCode;

/// `web/dist/manifest.json`.
#[derive(serde::Deserialize)]
struct Manifest {
    files: Vec<Entry>,
}

/// One file of the manifest.
#[derive(serde::Deserialize)]
struct Entry {
    file: String,
    integrity: String,
}

const DIST: &str = "../../web/dist";
const NEEDED: [&str; 8] = [
    "booth.js",
    "booth-worker.js",
    "check.js",
    "check-worker.js",
    "board.js",
    "board-worker.js",
    "portal.js",
    "registrar.js",
];

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={DIST}");
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=locales");
    match check() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!(
                "cargo::error=the booth's scripts are missing: {reason}. Run `./run build-web` at the root of the repository, then build again."
            );
            ExitCode::FAILURE
        }
    }
}

fn check() -> Result<(), String> {
    let dist = Path::new(DIST);
    let manifest = std::fs::read(dist.join("manifest.json")).map_err(|e| format!("web/dist/manifest.json: {e}"))?;
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|e| format!("web/dist/manifest.json lists no files with their integrity: {e}"))?;
    for needed in NEEDED {
        if !manifest.files.iter().any(|entry| entry.file == needed) {
            return Err(format!("web/dist/manifest.json does not list {needed}"));
        }
    }
    for entry in &manifest.files {
        if !dist.join(&entry.file).is_file() {
            return Err(format!("web/dist/{} is listed and absent", entry.file));
        }
        if !entry.integrity.starts_with("sha") {
            return Err(format!("web/dist/{} has no integrity hash", entry.file));
        }
    }
    Ok(())
}
