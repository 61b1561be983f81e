//! The Debian package: made, unpacked, looked at; its units read by systemd where it is installed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{PROGRAM, tool};

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_package_holds_the_programs_the_units_and_no_secret_and_is_always_the_same() {
    let Some(dpkg) = tool("/usr/bin/dpkg-deb") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    let binaries = folder.path().join("bin");
    std::fs::create_dir(&binaries).unwrap();
    // The debug programs are large; what is packed is tried with small ones that answer.
    for name in ["isoloir", "isoloir-verify"] {
        let script = format!("#!/bin/sh\nexec {PROGRAM} \"$@\"\n");
        std::fs::write(binaries.join(name), script).unwrap();
    }
    let make = |out: &str| {
        let out = folder.path().join(out);
        std::fs::create_dir(&out).unwrap();
        said(
            Command::new(root.join("deploy/debian/build"))
                .args([&binaries, &out])
                .env("SOURCE_DATE_EPOCH", "1796083200"),
        );
        let file = std::fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
        (std::fs::read(&file).unwrap(), file)
    };
    let (first, file) = make("a");
    assert!(first == make("b").0, "the same input, the same package");
    let tree = folder.path().join("tree");
    said(Command::new(&dpkg).arg("-R").args([&file, &tree]));
    let version = said(Command::new(tree.join("usr/bin/isoloir")).arg("--version"));
    assert_eq!(version.trim(), concat!("isoloir ", env!("CARGO_PKG_VERSION")));
    let control = std::fs::read_to_string(tree.join("DEBIAN/control")).unwrap();
    assert!(
        control.contains(concat!("Version: ", env!("CARGO_PKG_VERSION"))),
        "{control}"
    );
    assert_eq!(std::fs::read_dir(tree.join("etc/isoloir")).unwrap().count(), 0);
    let listed = said(Command::new(&dpkg).arg("--contents").arg(&file));
    assert!(!listed.contains(".key") && !listed.contains(".db"), "{listed}");
    for unit in ["isoloir-portal.service", "isoloir-registrar.service"] {
        let text = std::fs::read_to_string(tree.join("usr/lib/systemd/system").join(unit)).unwrap();
        for least in [
            "NoNewPrivileges=yes",
            "CapabilityBoundingSet=\n",
            "ProtectSystem=strict",
            "MemoryDenyWriteExecute=yes",
        ] {
            assert!(text.contains(least), "{unit}: {least}");
        }
    }
}
