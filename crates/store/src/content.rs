//! What the organiser publishes: versions of texts, of questions and answers; logos and manifestos of the lists.

use std::collections::BTreeMap;

use isoloir_domain::journal::Entry;
use isoloir_domain::texts::{Attachment, TextContent, TextKey, TextName, TextSource, TextVersion};
use isoloir_domain::{ConsultationId, ElectionId};
use jiff::Timestamp;

use crate::consultation::{Change, LOCK_ELECTION, REVISE, REVISE_BY_ELECTION};
use crate::value::{hash, instant, millis, parse, signed, small, unsigned};
use crate::{Store, StoreError};

statements! {
    TEXTS = "SELECT v.name, v.language, v.number, v.body, v.attachment, v.attachment_size, v.attachment_pages, v.since, v.source, v.made_by
        FROM text_version v WHERE v.consultation = $1 AND v.name = $2
        AND NOT EXISTS (SELECT 1 FROM text_version n WHERE n.consultation = v.consultation AND n.name = v.name AND n.language = v.language AND n.number > v.number)
        ORDER BY v.language";
    LATEST = "SELECT v.name, v.language, v.number, v.body, v.attachment, v.attachment_size, v.attachment_pages, v.since, v.source, v.made_by
        FROM text_version v WHERE v.consultation = $1
        AND NOT EXISTS (SELECT 1 FROM text_version n WHERE n.consultation = v.consultation AND n.name = v.name AND n.language = v.language AND n.number > v.number)";
    VERSIONS = "SELECT name, language, number, body, attachment, attachment_size, attachment_pages, since, source, made_by
        FROM text_version WHERE consultation = $1 AND name = $2 AND language = $3 ORDER BY number DESC";
    INSERT_VERSION = "INSERT INTO text_version
        (consultation, name, language, number, body, attachment, attachment_size, attachment_pages, since, source, made_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    IS_TEXT_ONLINE = "SELECT 1 FROM text_version v WHERE v.consultation = $1 AND v.name = $2 AND v.body IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM text_version n WHERE n.consultation = v.consultation AND n.name = v.name AND n.language = v.language AND n.number > v.number)";
    INSERT_FILE = "INSERT INTO public_file (digest, media_type, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    FILE = "SELECT media_type, bytes FROM public_file WHERE digest = $1
        AND (EXISTS (SELECT 1 FROM list_file l WHERE l.digest = public_file.digest)
        OR EXISTS (SELECT 1 FROM text_version v WHERE v.attachment = public_file.digest
        AND NOT EXISTS (SELECT 1 FROM text_version n WHERE n.consultation = v.consultation AND n.name = v.name AND n.language = v.language AND n.number > v.number)))";
    DELETE_LIST_FILES = "DELETE FROM list_file WHERE election = $1";
    DELETE_ORPHANS = "DELETE FROM public_file WHERE NOT EXISTS (SELECT 1 FROM list_file l WHERE l.digest = public_file.digest)
        AND NOT EXISTS (SELECT 1 FROM text_version v WHERE v.attachment = public_file.digest)";
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

/// All texts of a consultation, as they are to be.
pub struct NewTexts {
    /// What each says; those left out are taken off line.
    pub wanted: BTreeMap<TextKey, TextContent>,
    /// The PDF files beside them, by digest.
    pub files: BTreeMap<[u8; 32], Vec<u8>>,
    /// When.
    pub at: Timestamp,
    /// Where they come from.
    pub source: TextSource,
    /// Who puts them on line; empty for a folder.
    pub by: String,
}

impl NewTexts {
    /// The versions that this adds to the latest ones: one for each text that changes.
    pub(crate) fn versions(&self, latest: &BTreeMap<TextKey, TextVersion>) -> Vec<(TextKey, TextVersion)> {
        let mut new = Vec::new();
        for key in TextKey::all() {
            let known = latest.get(&key);
            let wanted = self.wanted.get(&key);
            if known.and_then(|known| known.content.as_ref()) == wanted {
                continue;
            }
            let version = TextVersion {
                number: known.map_or(0, |known| known.number).saturating_add(1),
                content: wanted.cloned(),
                since: Some(self.at),
                source: self.source.clone(),
                by: self.by.clone(),
            };
            new.push((key, version));
        }
        new
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct VersionRow {
    name: String,
    language: String,
    number: i64,
    body: Option<String>,
    attachment: Option<Vec<u8>>,
    attachment_size: Option<i64>,
    attachment_pages: Option<i64>,
    since: Option<i64>,
    source: String,
    made_by: String,
}

impl VersionRow {
    pub(crate) fn read(self) -> Result<(TextKey, TextVersion), StoreError> {
        let key = TextKey::of(&self.name, &self.language).ok_or(StoreError::Damaged("a text's name"))?;
        let attachment = match (self.attachment, self.attachment_size, self.attachment_pages) {
            (Some(digest), Some(size), Some(pages)) => Some(Attachment {
                digest: hash(&digest, "a digest")?,
                size: unsigned(size, "a size")?,
                pages: small(pages, "a count")?,
            }),
            _ => None,
        };
        let version = TextVersion {
            number: small(self.number, "a version's number")?,
            content: self.body.map(|body| TextContent { body, attachment }),
            since: self.since.map(instant).transpose()?,
            source: parse(&self.source, "a text's source")?,
            by: self.made_by,
        };
        Ok((key, version))
    }
}

impl Store {
    /// Adds a version of a text, if the latest is still the one of this number (0 for none); whether it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn publish_text(
        &self,
        consultation: &ConsultationId,
        key: TextKey,
        latest: u32,
        version: &TextVersion,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            // The consultation is locked: of two who publish at once, the second sees what the first did.
            sqlx::query(REVISE).bind(consultation.as_str()).execute(&mut *tx).await?;
            let rows: Vec<VersionRow> =
                sqlx::query_as(LATEST).bind(consultation.as_str()).fetch_all(&mut *tx).await?;
            let known = by_key(rows)?.get(&key).map_or(0, |known| known.number);
            if known != latest {
                return Ok(false);
            }
            put_version!(tx, consultation, key, version);
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// The latest version of a text in each language, also of those taken off line.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn texts(
        &self,
        consultation: &ConsultationId,
        name: &str,
    ) -> Result<BTreeMap<TextKey, TextVersion>, StoreError> {
        let rows: Vec<VersionRow> = on!(read &self.db, pool =>
            sqlx::query_as(TEXTS).bind(consultation.as_str()).bind(name).fetch_all(pool).await?);
        by_key(rows)
    }

    /// The latest version of every text.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_texts(
        &self,
        consultation: &ConsultationId,
    ) -> Result<BTreeMap<TextKey, TextVersion>, StoreError> {
        let rows: Vec<VersionRow> = on!(read &self.db, pool =>
            sqlx::query_as(LATEST).bind(consultation.as_str()).fetch_all(pool).await?);
        by_key(rows)
    }

    /// All versions of a text, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn text_versions(
        &self,
        consultation: &ConsultationId,
        key: TextKey,
    ) -> Result<Vec<TextVersion>, StoreError> {
        let (name, language) = key.parts();
        let rows: Vec<VersionRow> = on!(read &self.db, pool => sqlx::query_as(VERSIONS)
            .bind(consultation.as_str())
            .bind(name)
            .bind(language)
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|row| row.read().map(|(_, version)| version))
            .collect()
    }

    /// Whether a text is on line, in some language.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_text(&self, consultation: &ConsultationId, name: TextName) -> Result<bool, StoreError> {
        let one: Option<i32> = on!(read &self.db, pool => sqlx::query_scalar(IS_TEXT_ONLINE)
            .bind(consultation.as_str())
            .bind(name.as_str())
            .fetch_optional(pool)
            .await?);
        Ok(one.is_some())
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

pub(crate) fn by_key(rows: Vec<VersionRow>) -> Result<BTreeMap<TextKey, TextVersion>, StoreError> {
    rows.into_iter().map(VersionRow::read).collect()
}

/// The size and pages of an attachment, as they are stored.
pub(crate) fn measures(attachment: Option<&Attachment>) -> Result<(Option<i64>, Option<i64>), StoreError> {
    let size = attachment
        .map(|attachment| signed(attachment.size, "a size"))
        .transpose()?;
    Ok((size, attachment.map(|attachment| i64::from(attachment.pages))))
}

pub(crate) fn since(version: &TextVersion) -> Option<i64> {
    version.since.map(millis)
}
