//! A voter's own complaints, or the one that a person without account follows by its link; and the mails that tell about them.

use isoloir_domain::Consultation;
use isoloir_domain::complaint::ComplaintNumber;
use isoloir_store::complaint::{Complaint, ComplaintFile, NewComplaint};
use isoloir_store::outbox::NewMessage;

use crate::letters::Letter;
use crate::outbox::Recipient;

use crate::decide_complaint::WholeComplaint;
use crate::free_text::form_token_hash;
use crate::{Fault, Session, VotingServer};

impl VotingServer {
    /// The voter's complaints, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaints_of(&self, session: &Session) -> Result<Vec<Complaint>, Fault> {
        Ok(self.inner.store.complaints_of_voter(session.voter().id).await?)
    }

    /// One of the voter's complaints; `None` when there is none of this number, or it is somebody else's.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint_of(
        &self,
        session: &Session,
        number: ComplaintNumber,
    ) -> Result<Option<WholeComplaint>, Fault> {
        let found = self.complaint(number).await?;
        Ok(found.filter(|whole| whole.complaint.voter == Some(session.voter().id)))
    }

    /// An attachment of one of the voter's complaints.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint_file_of(
        &self,
        session: &Session,
        number: ComplaintNumber,
        position: u32,
    ) -> Result<Option<(ComplaintFile, Vec<u8>)>, Fault> {
        match self.inner.store.complaint(number).await? {
            Some(complaint) if complaint.voter == Some(session.voter().id) => {
                self.complaint_file(number, position).await
            }
            _ => Ok(None),
        }
    }

    /// The complaint that the link of a person without account follows.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint_by_link(&self, token: &str) -> Result<Option<WholeComplaint>, Fault> {
        let Some(hash) = form_token_hash(token) else {
            return Ok(None);
        };
        match self.inner.store.complaint_by_token(&hash).await? {
            Some((number, None)) => self.complaint(number).await,
            _ => Ok(None),
        }
    }

    /// The mail that says that the complaint was received; none without an address.
    pub(crate) fn acknowledgement(
        &self,
        complaint: &NewComplaint,
        number: ComplaintNumber,
        consultation: &Consultation,
    ) -> Option<NewMessage> {
        if complaint.contact.is_empty() {
            return None;
        }
        let letter = Letter::ComplaintReceived {
            number: number.to_string(),
            consultation: consultation.title.clone(),
            days: u32::from(consultation.policy.complaints.answer_days),
        };
        let to = Recipient::address(complaint.contact.clone())
            .named(format!("{} {}", complaint.first_name, complaint.last_name));
        // Fails only for texts of gigabytes; the complaint is on record all the same.
        self.letter_signed(&consultation.organiser, &to, &letter, None).ok()
    }

    /// The mail that says that the complaint is decided; the decision itself is read on the portal. None without an address.
    pub(crate) fn decision_mail(&self, complaint: &Complaint, consultation: &Consultation) -> Option<NewMessage> {
        if complaint.contact.is_empty() {
            return None;
        }
        let letter = Letter::ComplaintDecided {
            number: complaint.number.to_string(),
            consultation: consultation.title.clone(),
            link: format!("{}/reclamations", self.inner.public_url),
        };
        let to = Recipient::address(complaint.contact.clone())
            .named(format!("{} {}", complaint.first_name, complaint.last_name));
        self.letter_signed(&consultation.organiser, &to, &letter, None).ok()
    }
}
