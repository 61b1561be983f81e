//! Who works for the organiser on the system, and what each may do. Roles are a closed set: a page or an act names those it is for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{ConsultationId, ElectionId, StaffId};

/// What a member of the staff may do (*rôle*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// *Agent d’assistance*: answers tickets, sees a voter's journey.
    Support,
    /// *Responsable de l’assistance*: as an agent, and approves what takes two people.
    Supervisor,
    /// *Gestionnaire*: decides complaints, reads the journal, keeps the staff.
    Organiser,
    /// *Gestionnaire d’une consultation*: what an organiser does, in one consultation; neither the journal nor the deliveries, which are of the whole server.
    ConsultationManager,
    /// *Gestionnaire de scrutins*: complaints and rolls of chosen elections, and how far their preparation is.
    ElectionManager,
    /// *Membre d’un bureau de vote*: keys, seal, watch and count of the boards where one has a seat.
    Board,
    /// *Expert indépendant* (R. 211-518): reads what is prepared and the journal, changes nothing.
    Expert,
    /// *Observateur*, of the unions or of the administration: reads how far the preparation is, in figures; no person's data.
    Observer,
    /// *Délégué de liste*: files the lists of one union, and sees no other.
    Delegate,
}

impl Role {
    /// All roles, in display order.
    pub const ALL: [Self; 9] = [
        Self::Support,
        Self::Supervisor,
        Self::Organiser,
        Self::ConsultationManager,
        Self::ElectionManager,
        Self::Board,
        Self::Expert,
        Self::Observer,
        Self::Delegate,
    ];

    /// The name written in commands and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Supervisor => "supervisor",
            Self::Organiser => "organiser",
            Self::ConsultationManager => "consultation_manager",
            Self::ElectionManager => "election_manager",
            Self::Board => "board",
            Self::Expert => "expert",
            Self::Observer => "observer",
            Self::Delegate => "delegate",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text names no role or no set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// Not a role.
    #[error(
        "a role is one of support, supervisor, organiser, consultation_manager, election_manager, board, expert, observer, delegate"
    )]
    Unknown,
    /// No role at all.
    #[error("a member of the staff has at least one role")]
    None,
}

impl FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(RoleError::Unknown)
    }
}

/// The roles of one person: at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// These roles, each once.
    ///
    /// # Errors
    /// [`RoleError::None`] for an empty set.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Result<Self, RoleError> {
        let roles: BTreeSet<Role> = roles.into_iter().collect();
        if roles.is_empty() {
            Err(RoleError::None)
        } else {
            Ok(Self(roles))
        }
    }

    /// Whether this is one of the roles.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether one of these is among the roles.
    #[must_use]
    pub fn any_of(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles, in display order.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rank, role) in self.iter().enumerate() {
            if rank > 0 {
                f.write_str(",")?;
            }
            f.write_str(role.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Roles {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        let roles: Result<Vec<Role>, RoleError> =
            text.split(',').filter(|one| !one.is_empty()).map(str::parse).collect();
        Self::new(roles?)
    }
}

impl TryFrom<String> for Roles {
    type Error = RoleError;
    fn try_from(text: String) -> Result<Self, RoleError> {
        text.parse()
    }
}

impl From<Roles> for String {
    fn from(roles: Roles) -> Self {
        roles.to_string()
    }
}

/// A member of the staff (*agent*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Identifier, named in the journal.
    pub id: StaffId,
    /// Given name and family name.
    pub name: String,
    /// Professional e-mail address, with which one signs in.
    pub email: String,
    /// What one may do.
    pub roles: Roles,
    /// The only consultation one works on, when there is a limit.
    pub consultation: Option<ConsultationId>,
    /// The only elections that an election manager works on; empty in the other roles.
    pub elections: BTreeSet<ElectionId>,
    /// Whether one may no longer sign in.
    pub disabled: bool,
}

impl StaffMember {
    /// The only elections whose complaints, rolls and preparation one sees, when one sees them as an election manager only.
    #[must_use]
    pub fn only_elections(&self) -> Option<&BTreeSet<ElectionId>> {
        let of_all = [
            Role::Supervisor,
            Role::Organiser,
            Role::ConsultationManager,
            Role::Expert,
            Role::Observer,
        ];
        (self.roles.has(Role::ElectionManager) && !self.roles.any_of(&of_all)).then_some(&self.elections)
    }

    /// Whether one sees what concerns this election; what concerns none of them is of those who see all.
    #[must_use]
    pub fn sees(&self, election: Option<&ElectionId>) -> bool {
        self.only_elections()
            .is_none_or(|own| election.is_some_and(|election| own.contains(election)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_have_one_spelling_and_are_never_empty() {
        let both: Roles = "supervisor,support,support".parse().unwrap();
        assert_eq!(both.to_string(), "support,supervisor");
        assert!(both.any_of(&[Role::Organiser, Role::Support]) && !both.has(Role::Organiser));
        assert_eq!("".parse::<Roles>(), Err(RoleError::None));
        assert_eq!("support,root".parse::<Roles>(), Err(RoleError::Unknown));
    }
}
