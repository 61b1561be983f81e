//! Publication of the rolls (*affichage des listes électorales*): each voter reads the rolls of the voter's own elections, by name,
//! while they are published. A line has a family name and a given name, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::names::{normal, words};
use isoloir_domain::publication::{Place, Window};
use isoloir_domain::{Consultation, Election, ElectionId};
use isoloir_store::roll::{RollImport, RollLine};

use crate::{Fault, Session, VotingServer};

/// Lines on one page.
pub const LINES: u32 = 50;
/// Longest name searched, in characters.
const MAX_SEARCH: usize = 100;

/// A page of a roll.
#[derive(Debug, Clone)]
pub struct RollPage {
    /// The election.
    pub election: Election,
    /// Its consultation.
    pub consultation: Consultation,
    /// On the roll.
    pub registered: u64,
    /// Family name and given name, in alphabetical order.
    pub lines: Vec<(String, String)>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A part of a roll to post.
#[derive(Debug, Clone)]
pub struct PostedRoll {
    /// The election.
    pub election: Election,
    /// Its consultation.
    pub consultation: Consultation,
    /// On the whole roll.
    pub registered: u64,
    /// When it became what it is.
    pub dated: Option<jiff::Timestamp>,
    /// Family name and given name, in alphabetical order.
    pub names: Vec<(String, String)>,
}

/// One election of a voter, with where its roll comes from.
#[derive(Debug, Clone)]
pub struct OwnRoll {
    /// The election.
    pub election: Election,
    /// Its consultation.
    pub consultation: Consultation,
    /// When its roll was imported, and from what.
    pub import: Option<RollImport>,
    /// When its roll is published.
    pub window: Window,
    /// Where this instant falls.
    pub place: Place,
}

/// Why a roll is not shown.
#[derive(Debug, thiserror::Error)]
pub enum RollError {
    /// No such election, or none of this voter: the two look alike.
    #[error("there is no such election for this voter")]
    Unknown,
    /// The publication has not begun, or has ended.
    #[error("the roll is not published now")]
    NotPublished(Place),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RollError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "election_unknown",
            Self::NotPublished(_) => "roll_not_published",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Unknown => Message::new(
                "Ce scrutin n’est pas l’un des vôtres.",
                "This is not one of your elections.",
            ),
            Self::NotPublished(Place::Before) => Message::new(
                "La liste électorale n’est pas encore publiée.",
                "The electoral roll is not published yet.",
            ),
            Self::NotPublished(_) => Message::new(
                "La liste électorale n’est plus publiée.",
                "The electoral roll is no longer published.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::NotPublished(_) => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// The elections of the voter with where their rolls come from, by consultation and position. Looks at no ballot box.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn own_rolls(&self, session: &Session) -> Result<Vec<OwnRoll>, Fault> {
        let mut own = Vec::new();
        for (election, _) in self.inner.store.elections_of(session.voter().id).await? {
            let consultation = self.consultation(&election.consultation).await?;
            let consultation = consultation.ok_or(Fault::Damaged("a consultation"))?;
            let window = consultation.policy.roll.window(&consultation.calendar);
            own.push(OwnRoll {
                import: self.inner.store.roll_import(&election.id).await?,
                place: window.place(self.inner.clock.now()),
                window,
                election,
                consultation,
            });
        }
        Ok(own)
    }

    /// A page of the roll of one of the voter's elections: names that begin with `search`, after `after`.
    ///
    /// # Errors
    /// [`RollError`].
    pub async fn consult_roll(
        &self,
        session: &Session,
        election: &ElectionId,
        search: &str,
        after: Option<&str>,
    ) -> Result<RollPage, RollError> {
        let store = &self.inner.store;
        let mine = store
            .is_on_roll(election, session.voter().id)
            .await
            .map_err(Fault::from)?;
        if !mine {
            return Err(RollError::Unknown);
        }
        let (election, consultation) = self.election(election).await?.ok_or(RollError::Unknown)?;
        let window = consultation.policy.roll.window(&consultation.calendar);
        match window.place(self.inner.clock.now()) {
            Place::Inside => {}
            outside => return Err(RollError::NotPublished(outside)),
        }
        let import = store.roll_import(&election.id).await.map_err(Fault::from)?;
        let search: String = search.chars().take(MAX_SEARCH).collect();
        let after = after.and_then(|after| URL_SAFE_NO_PAD.decode(after).ok());
        let mut lines = Vec::new();
        // "Camille Durand" is looked for as "Durand Camille" when nobody's family name begins like it.
        for prefix in spellings(&search) {
            lines = self.lines_from(&election.id, &prefix, after.as_deref()).await?;
            if !lines.is_empty() {
                break;
            }
        }
        let full = lines.len() > LINES as usize;
        lines.truncate(LINES as usize);
        let next = lines
            .last()
            .filter(|_| full)
            .map(|line| URL_SAFE_NO_PAD.encode(&line.key));
        Ok(RollPage {
            election,
            consultation,
            registered: import.map_or(0, |import| import.registered),
            lines: lines
                .into_iter()
                .map(|line| (line.last_name, line.first_name))
                .collect(),
            next,
        })
    }

    /// A part of a roll to post on premises: names in order, from the name number `skipped` on, `many` at most; with when it became what it is. Says
    /// what [`VotingServer::consult_roll`] says of a person.
    ///
    /// # Errors
    /// [`RollError`].
    pub async fn posted_roll(&self, election: &ElectionId, skipped: u64, many: u32) -> Result<PostedRoll, RollError> {
        let store = &self.inner.store;
        let (election, consultation) = self.election(election).await?.ok_or(RollError::Unknown)?;
        let import = store.roll_import(&election.id).await.map_err(Fault::from)?;
        let mut after: Vec<u8> = Vec::new();
        let mut left = skipped;
        loop {
            let take = u32::try_from(left).unwrap_or(u32::MAX).min(many).max(1);
            let wanted = if left == 0 { many } else { take };
            let lines = store
                .roll_page(&election.id, &after, &[0xff], wanted)
                .await
                .map_err(Fault::from)?;
            let read = u64::try_from(lines.len()).unwrap_or(u64::MAX);
            if left == 0 || read == 0 {
                let names = lines.into_iter().map(|line| (line.last_name, line.first_name));
                return Ok(PostedRoll {
                    names: if left == 0 { names.collect() } else { Vec::new() },
                    registered: import.as_ref().map_or(0, |import| import.registered),
                    dated: import.map(|import| import.imported),
                    election,
                    consultation,
                });
            }
            left = left.saturating_sub(read);
            after = lines.into_iter().next_back().map(|line| line.key).unwrap_or_default();
        }
    }

    async fn lines_from(
        &self,
        election: &ElectionId,
        prefix: &str,
        after: Option<&[u8]>,
    ) -> Result<Vec<RollLine>, Fault> {
        let begin = prefix.as_bytes();
        let after = after.filter(|after| *after > begin).unwrap_or(begin);
        // Keys are UTF-8, in which no byte is 0xff: this is after every name that begins with the prefix.
        let end = [begin, &[0xff]].concat();
        Ok(self.inner.store.roll_page(election, after, &end, LINES + 1).await?)
    }
}

/// The orders in which a typed name is looked for: as typed, then each other beginning.
fn spellings(search: &str) -> Vec<String> {
    let typed = words(search);
    let mut all = vec![normal(search)];
    for first in 1..typed.len() {
        let mut turned = typed.clone();
        turned.rotate_left(first);
        all.push(turned.join(" "));
    }
    all.truncate(4);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_in_both_orders() {
        assert_eq!(spellings("Inès  Bélkacem"), ["ines belkacem", "belkacem ines"]);
        assert_eq!(spellings(""), [""]);
    }
}
