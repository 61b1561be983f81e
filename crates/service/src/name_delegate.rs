//! Names a union's delegate (*délégué de liste*): an invitation to the staff like any other, bound to one union and to its elections.
//!
//! A delegate has no other role: whoever files a list decides about none.

use std::collections::BTreeSet;

use isoloir_domain::candidacy::union_key;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{ConsultationId, Role, Roles, StaffId};
use isoloir_store::candidacy::UnionDelegate;

use crate::free_text::line;
use crate::invite_staff::{Invitation, InviteError, StaffPlan};
use crate::{Fault, VotingServer};

/// Longest name of a union, in characters.
pub const MAX_UNION: usize = 120;
/// Longest sigle, in characters.
pub const MAX_ACRONYM: usize = 20;

/// Whom to name.
#[derive(Debug, Clone)]
pub struct DelegatePlan {
    /// Given name and family name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// The union's name.
    pub union_name: String,
    /// Its sigle.
    pub acronym: String,
    /// Keys of the elections; none for all.
    pub elections: Vec<String>,
}

/// Why nobody was named.
#[derive(Debug, thiserror::Error)]
pub enum DelegateError {
    /// No name or sigle of a union, or one that is too long.
    #[error("the union has no name or no sigle, or one that is too long")]
    Union,
    /// No election of the consultation has this key.
    #[error("no election has the key {0}")]
    Election(String),
    /// The invitation.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DelegateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Union => "union_invalid",
            Self::Election(_) => "election_unknown",
            Self::Invite(refused) => refused.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Union => Message::new(
                format!(
                    "Écrivez le nom de l’organisation ({MAX_UNION}\u{a0}caractères au plus) et son sigle ({MAX_ACRONYM} au plus)."
                ),
                format!(
                    "Write the union’s name ({MAX_UNION} characters at most) and its sigle ({MAX_ACRONYM} at most)."
                ),
            ),
            Self::Election(key) => Message::new(
                format!("Aucun scrutin n’a la clé {key}."),
                format!("No election has the key {key}."),
            ),
            Self::Invite(refused) => refused.message(),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Union | Self::Election(_) => Class::Unprocessable,
            Self::Invite(refused) => refused.class(),
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Names a delegate of a union: a one-use link, mailed too with `mail`. `by` is the member of the staff who does so; nobody when a command does.
    ///
    /// # Errors
    /// [`DelegateError`].
    pub async fn name_delegate(
        &self,
        by: Option<StaffId>,
        consultation: &ConsultationId,
        plan: &DelegatePlan,
        mail: bool,
    ) -> Result<Invitation, DelegateError> {
        let union_name = line(&plan.union_name, MAX_UNION, true).map_err(|_| DelegateError::Union)?;
        let acronym = line(&plan.acronym, MAX_ACRONYM, true).map_err(|_| DelegateError::Union)?;
        let key = union_key(&acronym);
        if key.is_empty() {
            return Err(DelegateError::Union);
        }
        let known: BTreeSet<String> = self
            .elections(consultation)
            .await?
            .into_iter()
            .map(|one| one.key)
            .collect();
        if let Some(unknown) = plan.elections.iter().find(|key| !known.contains(*key)) {
            return Err(DelegateError::Election(unknown.clone()));
        }
        let staff = StaffPlan {
            name: plan.name.clone(),
            email: plan.email.clone(),
            roles: Roles::new([Role::Delegate]).map_err(|_| Fault::Damaged("a role"))?,
            consultation: Some(consultation.clone()),
            elections: Vec::new(),
        };
        let invitation = self.invite_staff(by, &staff, mail).await?;
        let delegate = UnionDelegate {
            staff: invitation.staff,
            consultation: consultation.clone(),
            union_key: key,
            union_name,
            acronym: acronym.clone(),
            elections: plan.elections.clone(),
        };
        let what = Event::DelegateNamed {
            union: acronym,
            elections: plan.elections.clone(),
        };
        let subject = Subject::Staff(invitation.staff);
        let entry = match by {
            Some(by) => self.entry_by(by, subject, what),
            None => self.entry(subject, what),
        };
        self.inner
            .store
            .put_delegate(&delegate, &entry)
            .await
            .map_err(Fault::from)?;
        Ok(invitation)
    }
}
