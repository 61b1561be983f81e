//! An account for every seat of a board: those whose address is unknown are invited to the staff.

use isoloir_domain::{Role, Roles, Seat, StaffId};

use super::BoardError;
use crate::invite_staff::{InviteError, StaffPlan};
use crate::{Fault, VotingServer};

/// What became of a seat.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The seat.
    pub seat: Seat,
    /// Who sits there.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The link, to be handed over in person when it is not mailed; `None` when there is an account already.
    pub link: Option<String>,
}

impl VotingServer {
    /// Invites every member of the board who has no account. Somebody of the staff who has one needs the role `board` in it.
    ///
    /// # Errors
    /// [`BoardError::Unknown`], [`BoardError::Fault`]; [`BoardError::Wrong`] when an account lacks the role or an address is none.
    pub async fn invite_board(&self, by: Option<StaffId>, key: &str, mail: bool) -> Result<Vec<Invited>, BoardError> {
        let state = self.board_state(key).await?;
        let mut invited = Vec::new();
        for member in state.board.members() {
            let known = self.staff_with_email(member.email).await?;
            let link = match known {
                Some(known) if known.member.roles.has(Role::Board) => None,
                Some(_) => {
                    return Err(BoardError::Wrong(format!(
                        "{} has an account without the role board",
                        member.email
                    )));
                }
                None => {
                    let plan = StaffPlan {
                        name: member.name.to_owned(),
                        email: member.email.to_owned(),
                        elections: Vec::new(),
                        roles: Roles::new([Role::Board]).map_err(|_| Fault::Damaged("a role"))?,
                        consultation: Some(state.consultation.id.clone()),
                    };
                    let invitation = self.invite_staff(by, &plan, mail).await;
                    Some(invitation.map_err(|error| wrong(member.email, error))?.link)
                }
            };
            invited.push(Invited {
                seat: member.seat,
                name: member.name.to_owned(),
                email: member.email.to_owned(),
                link,
            });
        }
        Ok(invited)
    }
}

fn wrong(email: &str, error: InviteError) -> BoardError {
    match error {
        InviteError::Fault(fault) => BoardError::Fault(fault),
        other => BoardError::Wrong(format!("{email}: {other}")),
    }
}
