//! `isoloir key new`: the signing key of one domain of trust.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ed25519_dalek::{SigningKey, VerifyingKey};
use rand::Rng as _;
use zeroize::Zeroizing;

use crate::{ambient, private_file};

/// Signing keys of the voting server and of the registrar.
#[derive(clap::Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(clap::Subcommand)]
enum KeyCommand {
    /// Makes a key: NAME.key (private, mode 0600, never replaced) and NAME.pub (to be given to the other server).
    #[command(after_help = "Example, on each machine:\n  isoloir key new server\n  isoloir key new registrar")]
    New {
        /// Path without extension.
        name: PathBuf,
    },
}

pub(crate) fn run(arguments: &KeyArgs) -> anyhow::Result<()> {
    let KeyCommand::New { name } = &arguments.command;
    let public = create(name)?;
    println!(
        "{} written (keep it private)\n{} = {}",
        private(name).display(),
        public_path(name).display(),
        hex::encode(public)
    );
    Ok(())
}

/// Makes `NAME.key` and `NAME.pub`.
pub(crate) fn create(name: &Path) -> anyhow::Result<VerifyingKey> {
    let mut seed = Zeroizing::new([0; 32]);
    ambient::rng().fill_bytes(&mut *seed);
    let key = SigningKey::from_bytes(&seed);
    let secret = Zeroizing::new(format!("{}\n", hex::encode(Zeroizing::new(key.to_bytes()))));
    private_file::create(&private(name), secret.as_bytes())?;
    let public = key.verifying_key();
    private_file::replace_public(
        &public_path(name),
        format!("{}\n", hex::encode(public.as_bytes())).as_bytes(),
    )?;
    Ok(public)
}

/// Reads a private key file.
pub(crate) fn read_private(path: &Path) -> anyhow::Result<SigningKey> {
    let text = Zeroizing::new(std::fs::read_to_string(path).with_context(|| {
        format!(
            "cannot read the key {} (make it with `isoloir key new`)",
            path.display()
        )
    })?);
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), &mut *bytes).with_context(|| format!("{} is not a key", path.display()))?;
    Ok(SigningKey::from_bytes(&bytes))
}

/// Reads a public key file.
pub(crate) fn read_public(path: &Path) -> anyhow::Result<VerifyingKey> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the public key {}", path.display()))?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).with_context(|| format!("{} is not a public key", path.display()))?;
    VerifyingKey::from_bytes(&bytes).with_context(|| format!("{} is not a public key", path.display()))
}

fn private(name: &Path) -> PathBuf {
    extended(name, "key")
}

fn public_path(name: &Path) -> PathBuf {
    extended(name, "pub")
}

fn extended(name: &Path, extension: &str) -> PathBuf {
    let mut text = name.as_os_str().to_owned();
    text.push(".");
    text.push(extension);
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("server.example");
        let public = create(&name).unwrap();
        assert_eq!(
            read_private(&folder.path().join("server.example.key"))
                .unwrap()
                .verifying_key(),
            public
        );
        assert_eq!(read_public(&folder.path().join("server.example.pub")).unwrap(), public);
        assert!(create(&name).is_err());
    }
}
