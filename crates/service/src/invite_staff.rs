//! Invites somebody to the staff (*invitation d’un agent*): a one-use link, which leads to a password and a second factor.
//!
//! The link is the one proof of who comes: it is shown once to whoever invites, or mailed, and only its hash is kept. Inviting again is
//! how a lost password or a lost authenticator is replaced: both are void at once.

use std::collections::BTreeSet;

use isoloir_carriers::mail::is_writable;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{ConsultationId, ElectionId, Role, Roles, StaffId, StaffMember};
use isoloir_store::staff::{NewStaffLink, StaffRecord};
use jiff::{SignedDuration, Timestamp};

use crate::activate_account::new_token;
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::second_factor::SecondFactor;
use crate::{Fault, VotingServer};

/// Whom to invite.
#[derive(Debug, Clone)]
pub struct StaffPlan {
    /// Given name and family name.
    pub name: String,
    /// Professional e-mail address.
    pub email: String,
    /// What they may do.
    pub roles: Roles,
    /// The only consultation they work on, if there is a limit.
    pub consultation: Option<ConsultationId>,
    /// Keys of the only elections that an election manager works on.
    pub elections: Vec<String>,
}

/// An invitation made.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Whom it is for.
    pub staff: StaffId,
    /// The link, to be handed over in person when it is not mailed.
    pub link: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// No name, or one that is too long or holds control characters.
    #[error("the name is empty, too long, or holds control characters")]
    Name,
    /// Not an address.
    #[error("this is not an e-mail address")]
    Email,
    /// No such consultation.
    #[error("there is no such consultation")]
    Consultation,
    /// A manager of one consultation or of elections, without saying which; or elections for another role.
    #[error("managers are of one consultation, and of elections of it")]
    Limit,
    /// The address belongs to a member of the staff already.
    #[error("this address is known already")]
    Known,
    /// Nobody of the staff, or somebody who may no longer sign in.
    #[error("nobody of the staff has this address, or they may no longer sign in")]
    Unknown,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for InviteError {
    fn code(&self) -> &'static str {
        match self {
            Self::Name => "staff_name_invalid",
            Self::Email => "staff_email_invalid",
            Self::Consultation => "consultation_unknown",
            Self::Limit => "staff_limit",
            Self::Known => "staff_known",
            Self::Unknown => "staff_unknown",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Name => (
                "Le nom est vide, trop long, ou comporte des caractères de commande.",
                "The name is empty, too long, or holds control characters.",
            ),
            Self::Email => (
                "Cette adresse de courriel n’est pas valable.",
                "This is not an e-mail address.",
            ),
            Self::Consultation => ("Cette consultation n’existe pas.", "There is no such consultation."),
            Self::Limit => (
                "Un gestionnaire de consultation a une consultation\u{202f}; un gestionnaire de scrutins a en outre des scrutins de celle-ci, et lui seul.",
                "A consultation manager has one consultation; an election manager has elections of it besides, and nobody else has.",
            ),
            Self::Known => (
                "Cette adresse est déjà celle d’un agent.",
                "This address belongs to a member of the staff already.",
            ),
            Self::Unknown => (
                "Aucun agent n’a cette adresse, ou son compte est désactivé.",
                "Nobody of the staff has this address, or the account is disabled.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::Name | Self::Email | Self::Consultation | Self::Limit => Class::Unprocessable,
            Self::Known => Class::Conflict,
            Self::Unknown => Class::NotFound,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// How long an invitation is good.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(72);
/// Most characters of a name.
const LONGEST_NAME: usize = 120;
/// Most characters of an address (RFC 5321).
const LONGEST_EMAIL: usize = 254;

/// The form in which an address is kept and compared.
pub(crate) fn normal_email(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// Where a sealed second factor waits to be enrolled.
pub(crate) fn link_place(staff: StaffId) -> String {
    format!("staff_link|second_factor|{staff}")
}

impl VotingServer {
    /// Invites somebody. `by` is the member of the staff who does so; nobody when a command does. With `mail` the link is also sent.
    ///
    /// # Errors
    /// [`InviteError`].
    pub async fn invite_staff(
        &self,
        by: Option<StaffId>,
        plan: &StaffPlan,
        mail: bool,
    ) -> Result<Invitation, InviteError> {
        let member = StaffMember {
            id: StaffId::generate(&mut self.rng()),
            name: checked_name(&plan.name)?,
            email: checked_email(&plan.email)?,
            roles: plan.roles.clone(),
            consultation: plan.consultation.clone(),
            elections: self.managed_elections(plan).await?,
            disabled: false,
        };
        if let Some(id) = &member.consultation
            && self.consultation(id).await?.is_none()
        {
            return Err(InviteError::Consultation);
        }
        let (invitation, link) = self.new_staff_link(member.id)?;
        let mail = self.staff_letter(&member, &invitation, mail).await?;
        let event = Event::StaffInvited {
            roles: member.roles.clone(),
        };
        let entry = self.staff_entry(by, member.id, event);
        let inserted = self
            .inner
            .store
            .insert_staff(&member, &link, mail.as_ref(), &entry)
            .await;
        if inserted.map_err(Fault::from)? {
            Ok(invitation)
        } else {
            Err(InviteError::Known)
        }
    }

    /// The elections that an election manager works on.
    async fn managed_elections(&self, plan: &StaffPlan) -> Result<BTreeSet<ElectionId>, InviteError> {
        let of_elections = plan.roles.has(Role::ElectionManager);
        let limited = of_elections || plan.roles.has(Role::ConsultationManager);
        if (limited && plan.consultation.is_none()) || of_elections == plan.elections.is_empty() {
            return Err(InviteError::Limit);
        }
        let mut found = BTreeSet::new();
        if let Some(consultation) = &plan.consultation {
            let known = self.elections(consultation).await?;
            for key in &plan.elections {
                let election = known.iter().find(|election| election.key == *key);
                found.insert(election.ok_or(InviteError::Limit)?.id.clone());
            }
        }
        Ok(found)
    }

    /// Invites the member of the staff with this address again: password, second factor, sessions and earlier links are void at once.
    ///
    /// # Errors
    /// [`InviteError::Unknown`], [`InviteError::Fault`].
    pub async fn invite_staff_again(
        &self,
        by: Option<StaffId>,
        email: &str,
        mail: bool,
    ) -> Result<Invitation, InviteError> {
        let known = self.staff_with_email(email).await?.ok_or(InviteError::Unknown)?;
        let (invitation, link) = self.new_staff_link(known.member.id)?;
        let mail = self.staff_letter(&known.member, &invitation, mail).await?;
        let entry = self.staff_entry(by, known.member.id, Event::StaffInvitedAgain);
        let renewed = self.inner.store.renew_staff_link(&link, mail.as_ref(), &entry).await;
        if renewed.map_err(Fault::from)? {
            Ok(invitation)
        } else {
            Err(InviteError::Unknown)
        }
    }

    /// Everybody of the staff, those who may sign in first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staff(&self) -> Result<Vec<StaffRecord>, Fault> {
        Ok(self.inner.store.staff().await?)
    }

    /// One member of the staff.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staff_member(&self, id: StaffId) -> Result<Option<StaffRecord>, Fault> {
        Ok(self.inner.store.staff_member(id).await?)
    }

    /// The member of the staff with this address, whether or not they may sign in.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staff_with_email(&self, email: &str) -> Result<Option<StaffRecord>, Fault> {
        match self.inner.store.staff_by_email(&normal_email(email)).await? {
            Some(id) => self.staff_member(id).await,
            None => Ok(None),
        }
    }

    /// Somebody may no longer sign in; sessions, links, password and second factor are void at once. False when there is nobody with
    /// this identifier.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn disable_staff(&self, by: Option<StaffId>, id: StaffId) -> Result<bool, Fault> {
        let entry = self.staff_entry(by, id, Event::StaffDisabled);
        Ok(self.inner.store.disable_staff(id, true, &entry).await?)
    }

    fn new_staff_link(&self, staff: StaffId) -> Result<(Invitation, NewStaffLink), Fault> {
        let mut rng = self.rng();
        let (token, hash) = new_token(&mut rng);
        let factor = SecondFactor::generate(&mut rng)?;
        let expires = self.after(LIFETIME);
        let link = NewStaffLink {
            hash,
            staff,
            second_factor: self.seal_second_factor(&link_place(staff), &factor)?,
            expires,
        };
        let invitation = Invitation {
            staff,
            link: format!("{}/gestion/invitation/{token}", self.inner.public_url),
            expires,
        };
        Ok((invitation, link))
    }

    async fn staff_letter(
        &self,
        member: &StaffMember,
        invitation: &Invitation,
        mail: bool,
    ) -> Result<Option<isoloir_store::outbox::NewMessage>, Fault> {
        if !mail {
            return Ok(None);
        }
        let letter = Letter::StaffInvitation {
            link: invitation.link.clone(),
            valid: LIFETIME,
        };
        let to = Recipient::address(member.email.clone()).named(member.name.clone());
        self.letter(&to, &letter).await.map(Some)
    }

    fn staff_entry(&self, by: Option<StaffId>, about: StaffId, what: Event) -> Entry {
        match by {
            Some(by) => self.entry_by(by, Subject::Staff(about), what),
            None => self.entry(Subject::Staff(about), what),
        }
    }
}

fn checked_name(name: &str) -> Result<String, InviteError> {
    let name = name.trim();
    let long = name.chars().count() > LONGEST_NAME;
    if name.is_empty() || long || name.chars().any(char::is_control) {
        return Err(InviteError::Name);
    }
    Ok(name.to_owned())
}

fn checked_email(email: &str) -> Result<String, InviteError> {
    let email = normal_email(email);
    if email.len() > LONGEST_EMAIL || !is_writable(&email) {
        return Err(InviteError::Email);
    }
    Ok(email)
}
