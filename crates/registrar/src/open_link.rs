//! A link is opened (*ouverture du lien*): whoever opens it, a person or a scanner of mails, changes nothing.

use crate::Registrar;
use crate::link_token::LinkToken;
use crate::store::StoreError;

/// Where a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStanding {
    /// A code can be made by it.
    Good,
    /// A code was made by it.
    Used,
    /// Its time is over.
    Expired,
    /// It was voided by a contest, or the vote is closed.
    Void,
    /// There is no such link.
    Unknown,
}

impl Registrar {
    /// Where the link with this token stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_link(&self, token: &str) -> Result<LinkStanding, StoreError> {
        let Some(token) = LinkToken::parse(token) else {
            return Ok(LinkStanding::Unknown);
        };
        let Some(link) = self.store.link(&token.hash()).await? else {
            return Ok(LinkStanding::Unknown);
        };
        let now = self.clock.now().as_second();
        let open = self
            .store
            .consultation()
            .await?
            .is_some_and(|known| known.reissues_at(now));
        Ok(standing(&link.state, link.expires, now, open))
    }
}

/// Where a link stands at `now`; `open` says whether codes are reissued.
pub(crate) fn standing(state: &str, expires: i64, now: i64, open: bool) -> LinkStanding {
    match state {
        "used" => LinkStanding::Used,
        "expired" => LinkStanding::Expired,
        "pending" if expires <= now => LinkStanding::Expired,
        "pending" if open => LinkStanding::Good,
        _ => LinkStanding::Void,
    }
}
