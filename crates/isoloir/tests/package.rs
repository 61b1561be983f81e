//! The Debian package: made, unpacked, looked at; its units read by systemd where it is installed.

use std::path::Path;
use std::process::Command;

use crate::common::{PROGRAM, tool};

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
    std::fs::write(binaries.join("isoloir.cdx.json"), "{}").unwrap();
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
    assert!(tree.join("usr/share/doc/isoloir/sbom/isoloir.cdx.json").exists());
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

/// In a copy of this system that is thrown away: what is written goes to a layer above it, in a namespace of mounts that ends with the shell.
const IN_A_COPY: &str = "set -e
mount -t tmpfs none /mnt
mkdir /mnt/above /mnt/work /mnt/system
cp \"$PACKAGE\" /mnt/above/isoloir.deb
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/above,workdir=/mnt/work /mnt/system
exec chroot /mnt/system sh -ec \"$STEPS\"";

const STEPS: &str = "dpkg --force-depends -i /isoloir.deb >/dev/null 2>&1
isoloir --version
id -un isoloir-portal isoloir-registrar
stat -c '%a' /etc/isoloir
echo secret >/etc/isoloir/server.key
dpkg --force-depends -i /isoloir.deb >/dev/null 2>&1
dpkg --remove isoloir >/dev/null 2>&1
if [ -e /usr/bin/isoloir ]; then echo still there; fi
dpkg --purge isoloir >/dev/null 2>&1
cat /etc/isoloir/server.key";

#[test]
fn the_package_is_installed_upgraded_removed_and_leaves_the_keys() {
    let (Some(unshare), Some(_)) = (tool("/usr/bin/unshare"), tool("/usr/bin/dpkg-deb")) else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    let (binaries, out) = (folder.path().join("bin"), folder.path().join("out"));
    std::fs::create_dir(&binaries).unwrap();
    std::fs::create_dir(&out).unwrap();
    for name in ["isoloir", "isoloir-verify"] {
        std::fs::write(binaries.join(name), "#!/bin/sh\necho installed\n").unwrap();
    }
    said(Command::new(root.join("deploy/debian/build")).args([&binaries, &out]));
    let package = std::fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
    let copy = |steps: &str| {
        let mut command = Command::new(&unshare);
        command.args(["--mount", "sh", "-c", IN_A_COPY]);
        command.env("PACKAGE", &package).env("STEPS", steps).output().unwrap()
    };
    if !copy("true").status.success() {
        eprintln!(
            "SKIPPED: no copy of this system can be made here (root and overlayfs are needed): the package was not installed"
        );
        return;
    }
    let done = copy(STEPS);
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    assert_eq!(told, "installed\nisoloir-portal\nisoloir-registrar\n750\nsecret\n");
}
