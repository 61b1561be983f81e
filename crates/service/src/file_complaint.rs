//! Files a complaint about the roll (*réclamation*): by a voter in session, or by a person who is on no roll.
//!
//! The form carries a token drawn when it was shown: the same form sent twice is one complaint, and for a person without account the
//! token is the link that follows it. Attachments are examined, then encrypted under a key that the database does not hold.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use isoloir_carriers::mail::is_writable;
use isoloir_domain::complaint::{ComplaintNumber, Object};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::publication::Place;
use isoloir_domain::{Consultation, ConsultationId, ElectionId, VoterId};
use isoloir_store::complaint::{Filed, NewComplaint, NewFile};
use jiff::SignedDuration;
use rand_core::Rng as _;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::examine_file::{self, Examined, FileRefused, Purpose, safe_name};
use crate::free_text::{self, TextProblem, form_token_hash, year_in_paris};
use crate::{Fault, Session, VotingServer};

/// Longest text of a complaint, in characters.
pub const MAX_BODY: usize = 4_000;
/// Longest other field, in characters.
pub const MAX_FIELD: usize = 200;
/// Most attachments.
pub const MAX_FILES: usize = 3;
/// Complaints that one voter may have waiting.
const MAX_WAITING: u64 = 10;

/// What the person wrote.
#[derive(Debug, Clone)]
pub struct Complaint {
    /// What it is about.
    pub object: Object,
    /// The election concerned, if one is.
    pub election: Option<ElectionId>,
    /// The other person concerned; needed for [`Object::OtherPerson`].
    pub other_person: String,
    /// What is contested and why.
    pub body: String,
    /// Names and bytes of the files as they were sent.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Who a person on no roll says to be.
#[derive(Debug, Clone)]
pub struct Stranger {
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Staff number, if known.
    pub number: String,
    /// E-mail address at which the decision is told.
    pub contact: String,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplaintField {
    /// The object.
    Object,
    /// The election.
    Election,
    /// The other person.
    OtherPerson,
    /// The text.
    Body,
    /// The attachments.
    Files,
    /// Family name.
    LastName,
    /// Given name.
    FirstName,
    /// Staff number.
    Number,
    /// Address.
    Contact,
}

/// Why a complaint was not filed.
#[derive(Debug, thiserror::Error)]
pub enum ComplaintError {
    /// The window has not begun, or has ended.
    #[error("complaints are not taken now")]
    Window(Place),
    /// Persons on no roll cannot file here.
    #[error("only voters file complaints here")]
    NotOffered,
    /// A field that must be filled is empty.
    #[error("{0:?} is empty")]
    Empty(ComplaintField),
    /// A field is too long, or holds control characters.
    #[error("{0:?} is too long or holds control characters")]
    BadText(ComplaintField),
    /// The address cannot be written to.
    #[error("the address is wrong")]
    BadContact,
    /// The election is not one of the consultation.
    #[error("unknown election")]
    UnknownElection,
    /// More files than allowed.
    #[error("more than {MAX_FILES} files")]
    TooManyFiles,
    /// A file is refused: its rank from 0, and why.
    #[error("file {0} is refused")]
    File(usize, #[source] FileRefused),
    /// The form's token is malformed, or that of somebody else's form.
    #[error("the form's token is not one of ours")]
    Token,
    /// Too many wait for a decision already.
    #[error("too many complaints wait for a decision")]
    TooMany,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ComplaintError {
    /// The field that the message belongs to, if it is one.
    #[must_use]
    pub fn field(&self) -> Option<ComplaintField> {
        match self {
            Self::Empty(field) | Self::BadText(field) => Some(*field),
            Self::BadContact => Some(ComplaintField::Contact),
            Self::UnknownElection => Some(ComplaintField::Election),
            Self::TooManyFiles | Self::File(..) => Some(ComplaintField::Files),
            Self::Window(_) | Self::NotOffered | Self::Token | Self::TooMany | Self::Fault(_) => None,
        }
    }
}

impl Refusal for ComplaintError {
    fn code(&self) -> &'static str {
        match self {
            Self::Window(_) => "complaints_closed",
            Self::NotOffered => "complaints_not_offered",
            Self::Empty(_) => "field_empty",
            Self::BadText(_) => "field_bad",
            Self::BadContact => "contact_bad",
            Self::UnknownElection => "election_unknown",
            Self::TooManyFiles => "too_many_files",
            Self::File(_, why) => why.code(),
            Self::Token => "form_unknown",
            Self::TooMany => "too_many_complaints",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Window(Place::Before) => Message::new(
                "Les réclamations ne sont pas encore ouvertes.",
                "Complaints are not open yet.",
            ),
            Self::Window(_) => Message::new(
                "Le délai des réclamations est passé.",
                "The time for complaints is over.",
            ),
            Self::NotOffered => Message::new(
                "Les réclamations des personnes non inscrites se font par écrit, auprès de l’autorité organisatrice.",
                "Persons who are on no roll complain in writing to the organising authority.",
            ),
            Self::Empty(ComplaintField::Object) => Message::new(
                "Choisissez l’objet de la réclamation.",
                "Choose what the complaint is about.",
            ),
            Self::Empty(ComplaintField::Election) => {
                Message::new("Choisissez le scrutin concerné.", "Choose the election concerned.")
            }
            Self::Empty(ComplaintField::OtherPerson) => Message::new(
                "Écrivez le nom de la personne concernée.",
                "Write the name of the person concerned.",
            ),
            Self::Empty(ComplaintField::Body) => Message::new(
                "Écrivez ce que vous contestez, et pourquoi.",
                "Write what you contest, and why.",
            ),
            Self::Empty(ComplaintField::Contact) => Message::new(
                "Écrivez l’adresse où vous prévenir de la décision.",
                "Write the address at which to tell you the decision.",
            ),
            Self::Empty(_) => Message::new("Ce champ est obligatoire.", "This field is required."),
            Self::BadText(ComplaintField::Body) => Message::new(
                format!("Le texte dépasse {MAX_BODY}\u{a0}caractères, ou contient des caractères de contrôle."),
                format!("The text is longer than {MAX_BODY} characters, or holds control characters."),
            ),
            Self::BadText(_) => Message::new(
                format!("Ce champ dépasse {MAX_FIELD}\u{a0}caractères, ou contient des caractères de contrôle."),
                format!("This field is longer than {MAX_FIELD} characters, or holds control characters."),
            ),
            Self::BadContact => Message::new(
                "Cette adresse n’est pas complète. Exemple\u{a0}: prenom.nom@exemple.fr",
                "This address is not complete. Example: first.last@example.org",
            ),
            Self::UnknownElection => Message::new("Ce scrutin n’existe pas.", "There is no such election."),
            Self::TooManyFiles => Message::new(
                format!("Joignez {MAX_FILES}\u{a0}fichiers au plus."),
                format!("Attach {MAX_FILES} files at most."),
            ),
            Self::File(rank, why) => {
                let inner = why.message();
                let rank = rank.saturating_add(1);
                Message::new(
                    format!("Fichier {rank}\u{a0}: {}", inner.fr),
                    format!("File {rank}: {}", inner.en),
                )
            }
            Self::Token => Message::new(
                "Ce formulaire a été ouvert dans une autre session. Ouvrez-le à nouveau\u{a0}: rien n’a été envoyé.",
                "This form was opened in another session. Open it again: nothing was sent.",
            ),
            Self::TooMany => Message::new(
                format!(
                    "Vous avez déjà {MAX_WAITING}\u{a0}réclamations en cours. Attendez une décision avant d’en déposer une autre."
                ),
                format!(
                    "You have {MAX_WAITING} complaints waiting already. Wait for a decision before filing another one."
                ),
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Window(_) | Self::Token => Class::Conflict,
            Self::NotOffered => Class::Forbidden,
            Self::TooMany => Class::TooMany,
            Self::File(_, why) => why.class(),
            Self::Fault(fault) => fault.class(),
            _ => Class::Unprocessable,
        }
    }
}

/// Checks one line of text; `""` when it may be left empty.
fn line(field: ComplaintField, text: &str, required: bool) -> Result<String, ComplaintError> {
    free_text::line(text, MAX_FIELD, required).map_err(|problem| text_error(field, problem))
}

/// Checks a text of several lines; line ends become one sign.
pub(crate) fn paragraphs(field: ComplaintField, text: &str) -> Result<String, ComplaintError> {
    free_text::paragraphs(text, MAX_BODY).map_err(|problem| text_error(field, problem))
}

const fn text_error(field: ComplaintField, problem: TextProblem) -> ComplaintError {
    match problem {
        TextProblem::Empty => ComplaintError::Empty(field),
        TextProblem::Bad => ComplaintError::BadText(field),
    }
}

impl VotingServer {
    /// Files a voter's complaint; the same form again gives the same number.
    ///
    /// # Errors
    /// [`ComplaintError`].
    pub async fn file_complaint(
        &self,
        session: &Session,
        consultation: &ConsultationId,
        token: &str,
        complaint: Complaint,
    ) -> Result<ComplaintNumber, ComplaintError> {
        let voter = session.voter();
        let token = form_token_hash(token).ok_or(ComplaintError::Token)?;
        if let Some(number) = self.filed_already(&token, Some(voter.id)).await? {
            return Ok(number);
        }
        let waiting = self
            .inner
            .store
            .open_complaints_of(voter.id)
            .await
            .map_err(Fault::from)?;
        if waiting >= MAX_WAITING {
            return Err(ComplaintError::TooMany);
        }
        let who = Stranger {
            last_name: voter.last_name.clone(),
            first_name: voter.first_name.clone(),
            number: voter.number.clone(),
            contact: voter.email.clone().unwrap_or_default(),
        };
        self.file(Some(voter.id), who, consultation, token, complaint).await
    }

    /// Files the complaint of a person who is on no roll. The caller has limited how often, and asked for a proof of being a person.
    ///
    /// # Errors
    /// [`ComplaintError`].
    pub async fn file_complaint_of_absent(
        &self,
        who: Stranger,
        consultation: &ConsultationId,
        token: &str,
        complaint: Complaint,
    ) -> Result<ComplaintNumber, ComplaintError> {
        let token = form_token_hash(token).ok_or(ComplaintError::Token)?;
        if let Some(number) = self.filed_already(&token, None).await? {
            return Ok(number);
        }
        let who = Stranger {
            last_name: line(ComplaintField::LastName, &who.last_name, true)?,
            first_name: line(ComplaintField::FirstName, &who.first_name, true)?,
            number: line(ComplaintField::Number, &who.number, false)?,
            contact: line(ComplaintField::Contact, &who.contact, true)?,
        };
        if !is_writable(&who.contact) {
            return Err(ComplaintError::BadContact);
        }
        self.file(None, who, consultation, token, complaint).await
    }

    async fn filed_already(
        &self,
        token: &[u8; 32],
        by: Option<VoterId>,
    ) -> Result<Option<ComplaintNumber>, ComplaintError> {
        match self.inner.store.complaint_by_token(token).await.map_err(Fault::from)? {
            Some((number, owner)) if owner == by => Ok(Some(number)),
            Some(_) => Err(ComplaintError::Token),
            None => Ok(None),
        }
    }

    async fn file(
        &self,
        voter: Option<VoterId>,
        who: Stranger,
        consultation: &ConsultationId,
        token: [u8; 32],
        complaint: Complaint,
    ) -> Result<ComplaintNumber, ComplaintError> {
        let known = self
            .consultation(consultation)
            .await?
            .ok_or(ComplaintError::UnknownElection)?;
        let now = self.inner.clock.now();
        let rules = &known.policy.complaints;
        if voter.is_none() && !rules.absent {
            return Err(ComplaintError::NotOffered);
        }
        match rules.window(&known.calendar).place(now) {
            Place::Inside => {}
            outside => return Err(ComplaintError::Window(outside)),
        }
        self.check_election(&known, &complaint).await?;
        let needs_person = complaint.object == Object::OtherPerson;
        let other_person = line(ComplaintField::OtherPerson, &complaint.other_person, needs_person)?;
        let body = paragraphs(ComplaintField::Body, &complaint.body)?;
        let files = self.seal_files(complaint.files).await?;
        let days = i64::from(rules.answer_days).saturating_mul(24);
        let new = NewComplaint {
            year: year_in_paris(self.clock())?,
            consultation: consultation.clone(),
            token,
            voter,
            last_name: who.last_name,
            first_name: who.first_name,
            number: who.number,
            contact: who.contact,
            object: complaint.object,
            election: complaint.election,
            other_person,
            body,
            filed: now,
            due: now
                .saturating_add(SignedDuration::from_hours(days))
                .map_err(|_| Fault::Damaged("an instant"))?,
        };
        let filed = self
            .inner
            .store
            .file_complaint(&new, &files, |number| self.acknowledgement(&new, number, &known))
            .await;
        match filed.map_err(Fault::from)? {
            Filed::New(number) | Filed::Again(number) => Ok(number),
            Filed::Foreign => Err(ComplaintError::Token),
        }
    }

    /// The election must be named when the complaint is about one, and be one of the consultation.
    async fn check_election(&self, consultation: &Consultation, complaint: &Complaint) -> Result<(), ComplaintError> {
        let Some(election) = &complaint.election else {
            return match complaint.object {
                Object::WrongElection | Object::OtherPerson => Err(ComplaintError::Empty(ComplaintField::Election)),
                Object::Missing | Object::WrongData | Object::Other => Ok(()),
            };
        };
        let elections = self.elections(&consultation.id).await?;
        if elections.iter().any(|one| one.id == *election) {
            Ok(())
        } else {
            Err(ComplaintError::UnknownElection)
        }
    }

    /// Examines and encrypts attachments.
    pub(crate) async fn seal_files(&self, files: Vec<(String, Vec<u8>)>) -> Result<Vec<NewFile>, ComplaintError> {
        if files.len() > MAX_FILES {
            return Err(ComplaintError::TooManyFiles);
        }
        let mut sealed = Vec::with_capacity(files.len());
        for (rank, (name, bytes)) in files.into_iter().enumerate() {
            let examined = examine_file::examine(Purpose::Attachment, bytes)
                .await
                .map_err(|why| ComplaintError::File(rank, why))?;
            sealed.push(self.seal_file(&name, &examined)?);
        }
        Ok(sealed)
    }

    fn seal_file(&self, name: &str, file: &Examined) -> Result<NewFile, Fault> {
        let mut nonce = [0; 24];
        self.rng().fill_bytes(&mut nonce);
        let payload = Payload {
            msg: &file.bytes,
            aad: FILE_CONTEXT,
        };
        let ciphertext = self
            .file_cipher()?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Fault::Damaged("an attachment"))?;
        Ok(NewFile {
            name: safe_name(name, file.media_type),
            media_type: file.media_type,
            size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
            sealed: [nonce.as_slice(), &ciphertext].concat(),
        })
    }

    /// The bytes of an attachment as they were before [`VotingServer::seal_files`].
    pub(crate) fn open_file(&self, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let damaged = || Fault::Damaged("an attachment");
        let (nonce, ciphertext) = sealed.split_first_chunk::<24>().ok_or_else(damaged)?;
        let payload = Payload {
            msg: ciphertext,
            aad: FILE_CONTEXT,
        };
        self.file_cipher()?
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| damaged())
    }

    /// The key of attachments follows from the server's own key, so that a copy of the database alone reads none of them.
    fn file_cipher(&self) -> Result<XChaCha20Poly1305, Fault> {
        let secret = Zeroizing::new(self.inner.server_key.to_bytes());
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, secret.as_slice())
            .expand(FILE_CONTEXT, key.as_mut_slice())
            .map_err(|_| Fault::Damaged("a key"))?;
        XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| Fault::Damaged("a key"))
    }
}

const FILE_CONTEXT: &[u8] = b"isoloir/complaint-file/v1";
