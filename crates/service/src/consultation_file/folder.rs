//! The files beside `consultation.toml`: texts, questions, logos, manifestos.

use isoloir_domain::Language;
use isoloir_domain::message::Message;
use isoloir_domain::texts::{Faq, Text, TextName};

use super::{Files, Problem, document};
use crate::import_list_files::{GivenFile, Role};

/// Folder of the texts.
pub const TEXTS: &str = "textes";
/// The questions and answers.
const FAQ: &str = "faq.toml";
/// Folders of the lists' files, what they hold, and how their names end.
pub(crate) const OF_LISTS: [(&str, Role, &[&str]); 2] = [
    ("logos", Role::Logo, &["png", "jpg", "jpeg", "webp"]),
    ("manifestos", Role::Manifesto, &["pdf"]),
];

/// What voters read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// The organiser's texts.
    pub texts: Vec<Text>,
    /// Questions and answers; the built-in ones without.
    pub faq: Option<Faq>,
}

impl Texts {
    /// Reads `textes/`, and says all that is wrong in it.
    pub(crate) fn read(files: &Files) -> (Self, Vec<Problem>) {
        let mut read = Self::default();
        let mut wrong = Vec::new();
        let prefix = format!("{TEXTS}/");
        for (path, bytes) in files {
            let Some(name) = path.strip_prefix(&prefix) else {
                continue;
            };
            if let Err(problem) = read.take(path, name, bytes) {
                wrong.push(problem);
            }
        }
        (read, wrong)
    }

    fn take(&mut self, path: &str, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let not_utf8 = |_| {
            let message = Message::new("le fichier n’est pas en UTF-8", "the file is not UTF-8");
            Problem::refused(path, None, "not_utf8", message)
        };
        let text = std::str::from_utf8(bytes).map_err(not_utf8)?;
        if name == FAQ {
            self.faq = Some(toml::from_str(text).map_err(|error| {
                let (code, message) = document::words(error.message());
                let line = error.span().map(|span| {
                    let before = text.get(..span.start).unwrap_or(text);
                    u64::try_from(before.matches('\n').count())
                        .unwrap_or(0)
                        .saturating_add(1)
                });
                Problem::refused(path, line, code, message)
            })?);
            return Ok(());
        }
        let unknown = || {
            let message = Message::new(
                "nom inattendu\u{a0}: edito.fr.md, reclamations.fr.md, les mêmes en .en.md, ou faq.toml",
                "unexpected name: edito.fr.md, reclamations.fr.md, the same in .en.md, or faq.toml",
            );
            Problem::refused(path, None, "unknown_file", message)
        };
        let (name, language) = text_name(name).ok_or_else(unknown)?;
        let body = text.to_owned();
        self.texts.push(Text { name, language, body });
        Ok(())
    }
}

/// `edito.fr.md` is the foreword, in French.
fn text_name(file: &str) -> Option<(TextName, Language)> {
    let (name, language) = match file.strip_suffix(".fr.md") {
        Some(name) => (name, Language::French),
        None => (file.strip_suffix(".en.md")?, Language::English),
    };
    Some((name.parse().ok()?, language))
}

/// `logos/<election>/<list>.png` and `manifestos/<election>/<list>.pdf`, and what is wrong with the names of others: a file that is nothing of
/// the kind is a mistake, not a silence.
pub(crate) fn list_files(files: &Files) -> (Vec<GivenFile>, Vec<Problem>) {
    let (mut given, mut wrong) = (Vec::new(), Vec::new());
    for (path, bytes) in files {
        let parts: Vec<&str> = path.split('/').collect();
        let known = OF_LISTS.iter().find(|(folder, ..)| parts.first() == Some(folder));
        let Some((folder, role, endings)) = known else { continue };
        match (parts.as_slice(), parts.last().and_then(|name| name.rsplit_once('.'))) {
            ([_, election, _], Some((list, ending))) if endings.contains(&ending.to_ascii_lowercase().as_str()) => {
                given.push(GivenFile {
                    election: (*election).to_owned(),
                    list: list.to_owned(),
                    role: *role,
                    path: path.clone(),
                    bytes: bytes.clone(),
                });
            }
            _ => {
                let endings = endings.join(", .");
                let message = Message::new(
                    format!("nom inattendu\u{a0}: {folder}/CLÉ DU SCRUTIN/SIGLE, terminé par .{endings}"),
                    format!("unexpected name: {folder}/KEY OF THE ELECTION/SIGLE, ending in .{endings}"),
                );
                wrong.push(Problem::refused(path, None, "unknown_file", message));
            }
        }
    }
    (given, wrong)
}
