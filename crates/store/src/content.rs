//! What the organiser publishes: texts, questions and answers, logos and manifestos of the lists.

use isoloir_domain::journal::Entry;
use isoloir_domain::message::Language;
use isoloir_domain::texts::{Faq, Text, TextName};
use isoloir_domain::{ConsultationId, ElectionId};

use crate::consultation::{Change, LOCK_ELECTION, REVISE, REVISE_BY_ELECTION};
use crate::value::{hash, parse, small, unsigned};
use crate::{Store, StoreError};

statements! {
    DELETE_TEXTS = "DELETE FROM content_text WHERE consultation = $1";
    INSERT_TEXT = "INSERT INTO content_text (consultation, name, language, body) VALUES ($1, $2, $3, $4)";
    TEXTS = "SELECT language, body FROM content_text WHERE consultation = $1 AND name = $2 ORDER BY language";
    TEXT_NAMES = "SELECT DISTINCT name FROM content_text WHERE consultation = $1";
    DELETE_FAQ = "DELETE FROM content_faq WHERE consultation = $1";
    INSERT_FAQ = "INSERT INTO content_faq (consultation, entries) VALUES ($1, $2)";
    FAQ = "SELECT entries FROM content_faq WHERE consultation = $1";
    INSERT_FILE = "INSERT INTO public_file (digest, media_type, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    FILE = "SELECT media_type, bytes FROM public_file WHERE digest = $1";
    DELETE_LIST_FILES = "DELETE FROM list_file WHERE election = $1";
    DELETE_ORPHANS = "DELETE FROM public_file WHERE NOT EXISTS (SELECT 1 FROM list_file l WHERE l.digest = public_file.digest)";
    INSERT_LIST_FILE = "INSERT INTO list_file (election, list, role, digest, size, pages) VALUES ($1, $2, $3, $4, $5, $6)";
    LIST_FILES = "SELECT list, role, digest, size, pages FROM list_file WHERE election = $1 ORDER BY list, role";
}

/// What a file is to its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Its logo.
    Logo,
    /// Its manifesto (*profession de foi*).
    Manifesto,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Logo => "logo",
            Self::Manifesto => "manifesto",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Logo, Self::Manifesto]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(StoreError::Damaged("a file's role"))
    }
}

/// A file to publish, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewListFile {
    /// The election.
    pub election: ElectionId,
    /// Position of the list.
    pub list: u32,
    /// What it is.
    pub role: Role,
    /// `image/png` or `application/pdf`.
    pub media_type: &'static str,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// Pages of a PDF; 1 for a picture.
    pub pages: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A file of a list, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFile {
    /// Position of the list.
    pub list: u32,
    /// What it is.
    pub role: Role,
    /// SHA-256 of the bytes, under which it is served.
    pub digest: [u8; 32],
    /// Bytes.
    pub size: u64,
    /// Pages.
    pub pages: u32,
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicFile {
    /// `image/png` or `application/pdf`.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Replaces all texts of a consultation, questions and answers included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_texts(
        &self,
        consultation: &ConsultationId,
        texts: &[Text],
        faq: Option<&Faq>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let faq = faq
            .map(serde_json::to_string)
            .transpose()
            .map_err(|_| StoreError::Damaged("questions"))?;
        on!(tx &self.db, tx => {
            sqlx::query(REVISE).bind(consultation.as_str()).execute(&mut *tx).await?;
            put_texts!(tx, consultation, texts, &faq);
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// A text of the organiser in each language that it has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn texts(&self, consultation: &ConsultationId, name: TextName) -> Result<Vec<Text>, StoreError> {
        let rows: Vec<(String, String)> = on!(read &self.db, pool => sqlx::query_as(TEXTS)
            .bind(consultation.as_str())
            .bind(name.as_str())
            .fetch_all(pool)
            .await?);
        let read = |(language, body): (String, String)| Text {
            name,
            language: if language == "en" {
                Language::English
            } else {
                Language::French
            },
            body,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// The texts that there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn text_names(&self, consultation: &ConsultationId) -> Result<Vec<TextName>, StoreError> {
        let names: Vec<String> = on!(read &self.db, pool =>
            sqlx::query_scalar(TEXT_NAMES).bind(consultation.as_str()).fetch_all(pool).await?);
        names.iter().map(|name| parse(name, "a text's name")).collect()
    }

    /// The organiser's questions and answers, if there are any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn faq(&self, consultation: &ConsultationId) -> Result<Option<Faq>, StoreError> {
        let entries: Option<String> = on!(read &self.db, pool =>
            sqlx::query_scalar(FAQ).bind(consultation.as_str()).fetch_optional(pool).await?);
        let read = |text: String| serde_json::from_str(&text).map_err(|_| StoreError::Damaged("questions"));
        entries.map(read).transpose()
    }

    /// Replaces logos and manifestos of the elections named, in order of identifiers; the files are of these elections.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn replace_list_files(
        &self,
        elections: &[ElectionId],
        files: &[NewListFile],
        entry: &Entry,
    ) -> Result<Change, StoreError> {
        on!(tx &self.db, tx => {
            if let Some(election) = elections.first() {
                sqlx::query(REVISE_BY_ELECTION).bind(election.as_str()).execute(&mut *tx).await?;
            }
            for election in elections {
                let sealed: Option<bool> =
                    sqlx::query_scalar(LOCK_ELECTION).bind(election.as_str()).fetch_optional(&mut *tx).await?;
                if sealed != Some(false) {
                    return Ok(Change::Sealed);
                }
            }
            for election in elections {
                sqlx::query(DELETE_LIST_FILES).bind(election.as_str()).execute(&mut *tx).await?;
            }
            put_list_files!(tx, files);
            sqlx::query(DELETE_ORPHANS).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(Change::Made)
    }

    /// Logos and manifestos of an election, by list.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_files(&self, election: &ElectionId) -> Result<Vec<ListFile>, StoreError> {
        let rows: Vec<(i64, String, Vec<u8>, i64, i64)> =
            on!(read &self.db, pool => sqlx::query_as(LIST_FILES).bind(election.as_str()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(list, role, digest, size, pages)| {
                Ok(ListFile {
                    list: small(list, "a position")?,
                    role: Role::read(&role)?,
                    digest: hash(&digest, "a digest")?,
                    size: unsigned(size, "a size")?,
                    pages: small(pages, "a count")?,
                })
            })
            .collect()
    }

    /// A published file by its digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn public_file(&self, digest: &[u8; 32]) -> Result<Option<PublicFile>, StoreError> {
        let row: Option<(String, Vec<u8>)> = on!(read &self.db, pool =>
            sqlx::query_as(FILE).bind(digest.as_slice()).fetch_optional(pool).await?);
        Ok(row.map(|(media_type, bytes)| PublicFile { media_type, bytes }))
    }
}
