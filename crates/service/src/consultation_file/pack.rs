//! A folder in one zip file, for those who send and receive it over HTTP. What is sent is read within bounds, whatever it says of itself.

use std::io::{Cursor, Read as _, Write as _};

use isoloir_domain::ConsultationId;
use isoloir_domain::message::{Class, Message, Refusal};
use serde::Deserialize;
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::folder::{OF_LISTS, TEXTS};
use super::{CONSULTATION, Files, LISTS, ROLL};
use crate::Fault;

/// Largest zip file, in bytes.
pub const MAX_PACKED: usize = 64 * 1024 * 1024;
/// Files in it at most.
pub const MAX_FILES: usize = 5_000;
/// Largest file in it once unpacked, in bytes.
pub const MAX_FILE: u64 = 32 * 1024 * 1024;
/// All files together once unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 128 * 1024 * 1024;
/// Longest path in it, in bytes.
const MAX_PATH: usize = 200;

/// Why a zip file is not a folder.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It is no zip file, is damaged or encrypted, or is packed in another way than deflate.
    #[error("this is not a zip file that can be read")]
    Unreadable,
    /// Too many files, or too large.
    #[error("the folder is too large")]
    TooLarge,
    /// A file that is none of a folder's, or two of one name.
    #[error("a file has no place in a folder: {0}")]
    Name(String),
}

impl Refusal for PackError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "zip_unreadable",
            Self::TooLarge => "folder_too_large",
            Self::Name(_) => "unknown_file",
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Unreadable => Message::new(
                "Ce fichier n’est pas une archive zip lisible.",
                "This is not a zip file that can be read.",
            ),
            Self::TooLarge => Message::new(
                "Ce dossier est trop grand. L’exploitant peut l’appliquer par la commande «\u{a0}isoloir consultation apply\u{a0}».",
                "This folder is too large. The operator can apply it by the command “isoloir consultation apply”.",
            ),
            Self::Name(name) => Message::new(
                format!("Ce fichier n’a pas sa place dans un dossier, ou y est deux fois\u{a0}: {name}"),
                format!("This file has no place in a folder, or is there twice: {name}"),
            ),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Unreadable | Self::Name(_) => Class::Malformed,
            Self::TooLarge => Class::TooLarge,
        }
    }
}

/// Whether a path is one of a folder's: its three files, and what is under its three subfolders.
fn has_a_place(path: &str) -> bool {
    if [CONSULTATION, ROLL, LISTS].contains(&path) {
        return true;
    }
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
    let known = |folder: &str| folder == TEXTS || OF_LISTS.iter().any(|(name, ..)| *name == folder);
    let sound = path.len() <= MAX_PATH && !path.chars().any(char::is_control) && path.split('/').all(plain);
    sound && path.split_once('/').is_some_and(|(folder, _)| known(folder))
}

/// The files of a zip file.
///
/// # Errors
/// [`PackError`].
pub fn unpack(bytes: &[u8]) -> Result<Files, PackError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| PackError::Unreadable)?;
    if archive.len() > MAX_FILES {
        return Err(PackError::TooLarge);
    }
    let mut files = Files::new();
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| PackError::Unreadable)?;
        let name = entry.name().map_err(|_| PackError::Unreadable)?.into_owned();
        if entry.is_dir() {
            continue;
        }
        if !has_a_place(&name) || files.contains_key(&name) || entry.is_symlink() {
            return Err(PackError::Name(name.chars().take(MAX_PATH).collect()));
        }
        // One byte more than allowed tells that there is more: sizes that the file states are not believed.
        let most = MAX_FILE.min(left);
        let mut content = Vec::new();
        let mut bounded = entry.by_ref().take(most.saturating_add(1));
        bounded.read_to_end(&mut content).map_err(|_| PackError::Unreadable)?;
        let size = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if size > most {
            return Err(PackError::TooLarge);
        }
        left = left.saturating_sub(size);
        files.insert(name, content);
    }
    Ok(files)
}

/// A folder as a zip file. The same files yield the same bytes.
///
/// # Errors
/// [`Fault`].
pub fn pack(files: &Files) -> Result<Vec<u8>, Fault> {
    let damaged = |_| Fault::Damaged("a zip file");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (path, bytes) in files {
        writer.start_file(path.as_str(), options).map_err(damaged)?;
        writer.write_all(bytes).map_err(|_| Fault::Damaged("a zip file"))?;
    }
    Ok(writer.finish().map_err(damaged)?.into_inner())
}

/// The consultation that a folder says it is about, before anything else of it is read.
#[must_use]
pub fn consultation_of(files: &Files) -> Option<ConsultationId> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let text = std::str::from_utf8(files.get(CONSULTATION)?).ok()?;
    let named: Named = toml::from_str(text).ok()?;
    named.id.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Files {
        let mut files = Files::new();
        files.insert(CONSULTATION.to_owned(), b"format = 1\nid = \"essai-2026\"\n".to_vec());
        files.insert("logos/csa/UNE.png".to_owned(), vec![7; 1_000]);
        files
    }

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_folder_comes_back_as_it_went() {
        let files = some();
        let packed = pack(&files).unwrap();
        assert_eq!(unpack(&packed).unwrap(), files);
        assert_eq!(packed, pack(&files).unwrap());
        assert_eq!(consultation_of(&files).unwrap().as_str(), "essai-2026");
        assert!(consultation_of(&Files::new()).is_none());
    }

    #[test]
    fn names_that_have_no_place_are_refused() {
        for name in [
            "../roll.csv",
            "/roll.csv",
            "dossier/roll.csv",
            "textes/../../roll.csv",
            "textes/.cache",
            "textes\\edito.fr.md",
            "textes/a\u{7}.md",
            "passwd",
        ] {
            assert!(
                matches!(unpack(&zipped(&[(name, b"x")])), Err(PackError::Name(_))),
                "{name}"
            );
        }
        assert!(matches!(unpack(b"PK nothing"), Err(PackError::Unreadable)));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let zeros = vec![0; usize::try_from(MAX_FILE).unwrap() + 1];
        let bomb = zipped(&[(ROLL, &zeros)]);
        assert!(bomb.len() < 200_000, "it is small");
        assert!(matches!(unpack(&bomb), Err(PackError::TooLarge)));
        let large = vec![0; usize::try_from(MAX_FILE).unwrap()];
        let names: Vec<String> = (0..5).map(|n| format!("logos/csa/{n}.png")).collect();
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), large.as_slice())).collect();
        assert!(
            matches!(unpack(&zipped(&entries)), Err(PackError::TooLarge)),
            "all together"
        );
    }
}
