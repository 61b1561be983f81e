//! A new code is made by a one-use link (*régénération du code de vote*).
//!
//! In one transaction: the link is used, the new code replaces the old one, the voter's *same* credentials are wrapped under it, the journal says
//! so, and a message to the mailbox of the account is queued, with a way to contest. The code leaves this function once; nothing that remains
//! can show it again. Since the credential never changes, no reissue, however it races with a vote, leads to two ballots that count.

use isoloir_domain::reissue::ReissuePath;
use isoloir_domain::{ElectionId, Language, VoterId};
use rand::rngs::StdRng;
use uuid::Uuid;

use crate::ask_reissue::AskError;
use crate::desk::Desk;
use crate::issue_codes::{Order, make_code};
use crate::journal::Event;
use crate::link_token::LinkToken;
use crate::open_link::{LinkStanding, standing};
use crate::store::StoreError;
use crate::store::outbox::NewMessage;
use crate::store::reissue::{KnownConsultation, Made, Usable};
use crate::voting_code::VotingCode;
use crate::{Registrar, letters, measured, path_named};

/// Why no code was made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The link is not good, or not any more.
    #[error("the link is {0:?}")]
    Link(LinkStanding),
    /// As many codes as one voter may have were made.
    #[error("too many codes were made for this voter")]
    TooOften,
    /// A value of the database is not what it should be.
    #[error("the registrar's records are damaged")]
    Damaged,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registrar {
    /// Makes the code.
    ///
    /// # Errors
    /// See [`MakeError`].
    pub async fn make_code(&self, token: &str) -> Result<VotingCode, MakeError> {
        let unknown = || MakeError::Link(LinkStanding::Unknown);
        let desk = self.desk().ok_or_else(unknown)?;
        let token = LinkToken::parse(token).ok_or_else(unknown)?;
        let consultation = self.store.consultation().await?.ok_or_else(unknown)?;
        let now = self.clock.now().as_second();
        let mut rng = desk.rng();
        let decide = |usable: Usable| match self.renew(desk, &consultation, usable, now, &mut rng) {
            Ok((made, code)) => (Some(made), Ok(code)),
            Err(why) => (None, Err(why)),
        };
        let made = self
            .store
            .use_link(&token.hash(), now, decide)
            .await?
            .ok_or_else(unknown)?;
        if made.is_ok() {
            measured::code_reissued();
        }
        made
    }

    fn renew(
        &self,
        desk: &Desk,
        consultation: &KnownConsultation,
        usable: Usable,
        now: i64,
        rng: &mut StdRng,
    ) -> Result<(Made, VotingCode), MakeError> {
        let Usable {
            link,
            made,
            sealed,
            generation,
            known,
        } = usable;
        match standing(&link.state, link.expires, now, consultation.reissues_at(now)) {
            LinkStanding::Good => {}
            other => return Err(MakeError::Link(other)),
        }
        if made >= i64::from(consultation.reissue.per_voter) {
            return Err(MakeError::TooOften);
        }
        let voter = Uuid::from_slice(&link.voter).map_err(|_| MakeError::Damaged)?;
        let voter: VoterId = voter.to_string().parse().map_err(|_| MakeError::Damaged)?;
        let path = path_named(&link.path).ok_or(MakeError::Damaged)?;
        let read = |(election, sealed): (String, Vec<u8>)| {
            let election: ElectionId = election.parse().map_err(|_| MakeError::Damaged)?;
            Ok((election, sealed))
        };
        let sealed = sealed.into_iter().map(read).collect::<Result<Vec<_>, MakeError>>()?;
        let (issued, code) = make_code(&self.keys, &Order { voter, sealed }, rng).map_err(|_| MakeError::Damaged)?;
        let known = known.ok_or(MakeError::Damaged)?;
        let what = Event::CodeReissued {
            path,
            factors: serde_json::from_str(&link.factors).map_err(|_| MakeError::Damaged)?,
            generation: generation.saturating_add(1),
        };
        let language = known.language.as_deref().and_then(Language::from_code);
        let account = self.mailbox(voter, known.mailbox.as_deref()).map_err(|why| match why {
            AskError::Store(fault) => MakeError::Store(fault),
            _ => MakeError::Damaged,
        })?;
        let notice = account
            .map(|account| self.notice(desk, consultation, (voter, language, &account), path, rng))
            .transpose()?;
        let made = Made {
            code,
            entry: self.entry(Some(voter), what),
            notice,
        };
        Ok((made, issued.code))
    }

    /// Tells the mailbox of the account, with a link that contests the code until the vote is closed.
    fn notice(
        &self,
        desk: &Desk,
        consultation: &KnownConsultation,
        (voter, language, account): (VoterId, Option<Language>, &str),
        path: ReissuePath,
        rng: &mut StdRng,
    ) -> Result<(NewMessage, [u8; 32], i64), MakeError> {
        let token = LinkToken::generate(rng);
        let link = format!("{}/contestation/{}", desk.origin, token.text().as_str());
        let until = consultation.window().1;
        let content = letters::reissued(
            language,
            account,
            &consultation.organiser,
            path,
            self.clock.now(),
            &link,
        );
        let operator = account
            .rsplit_once('@')
            .map_or("?", |(_, domain)| domain)
            .to_lowercase();
        let about = (voter, letters::REISSUED);
        let channel = isoloir_domain::delivery::Channel::Mail;
        let message = self
            .message(about, (channel, operator), &content, until, rng)
            .ok_or(MakeError::Damaged)?;
        Ok((message, token.hash(), until))
    }
}
