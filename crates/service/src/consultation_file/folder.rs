//! The files beside `consultation.toml`: texts, questions, logos, manifestos.

use std::collections::BTreeMap;

use isoloir_domain::message::{Message, Refusal as _};
use isoloir_domain::texts::{Attachment, Faq, TextContent, TextKey, TextName};
use sha2::{Digest as _, Sha256};

use super::{Files, Problem, document};
use crate::Fault;
use crate::examine_file::{self, FileRefused, Purpose};
use crate::import_list_files::{GivenFile, Role};
use crate::publish_text::{TextError, body_of_faq, check_body};

/// Folder of the texts.
pub const TEXTS: &str = "textes";
/// Folders of the lists' files, what they hold, and how their names end.
pub(crate) const OF_LISTS: [(&str, Role, &[&str]); 2] = [
    ("logos", Role::Logo, &["png", "jpg", "jpeg", "webp"]),
    ("manifestos", Role::Manifesto, &["pdf"]),
];

/// What voters read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// The organiser's texts, questions and answers among them; the built-in ones are shown without.
    pub texts: BTreeMap<TextKey, TextContent>,
    /// The PDF files beside them, by digest, where they were read.
    pub files: BTreeMap<[u8; 32], Vec<u8>>,
}

impl Texts {
    /// Reads `textes/`, and says all that is wrong in it.
    ///
    /// # Errors
    /// [`Fault`].
    pub(crate) async fn read(files: &Files) -> Result<(Self, Vec<Problem>), Fault> {
        let mut read = Self::default();
        let (mut wrong, mut attached) = (Vec::new(), Vec::new());
        let prefix = format!("{TEXTS}/");
        for (path, bytes) in files {
            let Some(name) = path.strip_prefix(&prefix) else {
                continue;
            };
            if let Some(key) = TextKey::all().find(|key| key.attachment_file() == name) {
                attached.push((key, path, bytes));
            } else if let Err(problem) = read.take(path, name, bytes) {
                wrong.push(problem);
            }
        }
        for (key, path, bytes) in attached {
            match read.attach(key, path, bytes).await? {
                Ok(()) => {}
                Err(problem) => wrong.push(problem),
            }
        }
        Ok((read, wrong))
    }

    fn take(&mut self, path: &str, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let not_utf8 = |_| {
            let message = Message::new("le fichier n’est pas en UTF-8", "the file is not UTF-8");
            Problem::refused(path, None, "not_utf8", message)
        };
        let text = std::str::from_utf8(bytes).map_err(not_utf8)?;
        let key = TextKey::all().find(|key| key.file() == name);
        let key = key.ok_or_else(|| unknown(path))?;
        let bad = |error: TextError| Problem::refused(path, None, "text", error.message());
        let body = match key {
            TextKey::Faq => body_of_faq(&faq(path, text)?).map_err(bad)?,
            TextKey::Words(..) => check_body(key, text).map(|()| text.to_owned()).map_err(bad)?,
        };
        let attachment = None;
        self.texts.insert(key, TextContent { body, attachment });
        Ok(())
    }

    /// A PDF beside a text, which must be there.
    async fn attach(&mut self, key: TextKey, path: &str, bytes: &[u8]) -> Result<Result<(), Problem>, Fault> {
        let Some(content) = self.texts.get_mut(&key) else {
            let file = key.file();
            let message = Message::new(
                format!("un PDF accompagne un texte\u{a0}: il manque {file}"),
                format!("a PDF goes with a text: {file} is missing"),
            );
            return Ok(Err(Problem::refused(path, None, "attachment_alone", message)));
        };
        let examined = match examine_file::examine(Purpose::Manifesto, bytes.to_vec()).await {
            Ok(examined) => examined,
            Err(FileRefused::Fault(fault)) => return Err(fault),
            Err(why) => return Ok(Err(Problem::refused(path, None, "attachment", why.message()))),
        };
        let digest: [u8; 32] = Sha256::digest(&examined.bytes).into();
        content.attachment = Some(Attachment {
            digest,
            size: u64::try_from(examined.bytes.len()).unwrap_or(u64::MAX),
            pages: examined.pages,
        });
        self.files.insert(digest, examined.bytes);
        Ok(Ok(()))
    }
}

/// A name that is none of the texts'.
fn unknown(path: &str) -> Problem {
    let names: Vec<&str> = TextName::ALL.into_iter().map(TextName::as_str).collect();
    let names = names.join(", ");
    let message = Message::new(
        format!(
            "nom inattendu\u{a0}: faq.toml, ou l’un de ces noms terminé par .fr.md, .en.md, .fr.pdf ou .en.pdf\u{a0}: {names}"
        ),
        format!(
            "unexpected name: faq.toml, or one of these names ending in .fr.md, .en.md, .fr.pdf or .en.pdf: {names}"
        ),
    );
    Problem::refused(path, None, "unknown_file", message)
}

fn faq(path: &str, text: &str) -> Result<Faq, Problem> {
    toml::from_str(text).map_err(|error| {
        let (code, message) = document::words(error.message());
        let line = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or(text);
            u64::try_from(before.matches('\n').count())
                .unwrap_or(0)
                .saturating_add(1)
        });
        Problem::refused(path, line, code, message)
    })
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
