//! The reference archives, made by the reference tool.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the reference archives stand.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/archives");
    assert!(
        root.is_dir(),
        "the reference archives are missing: they must stand in {}",
        root.display()
    );
    root
}

/// Name and `.bel` of every archive in `valid` or `corrupted`, sorted.
pub fn all(kind: &str) -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = fs::read_dir(root().join(kind))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), bel(&entry.path())))
        .collect();
    found.sort();
    assert!(found.len() >= 11, "some reference archives are missing in {kind}");
    found
}

/// The folder of one valid archive.
pub fn valid(name: &str) -> PathBuf {
    root().join("valid").join(name)
}

/// The `.bel` in a folder.
pub fn bel(folder: &Path) -> PathBuf {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "bel"))
        .unwrap_or_else(|| panic!("no .bel in {}", folder.display()))
}
