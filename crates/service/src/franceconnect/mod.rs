//! FranceConnect, or another provider of identities configured like it: as one factor for a new voting code, or in place of the
//! professional mailbox for a forgotten password.
//!
//! - [`depart`]: a visit begins, bound to the browser and, for a voting code, to the session
//! - [`come_back`]: it ends: who came back is compared with the roll, and a link is mailed to the address that the provider vouches for
//! - [`outcome`]: how it ended, for the page that follows
//!
//! A live session at the provider is enough to come back identified (FranceConnect's single sign-on at eidas1 asks nothing), so nothing is ever shown
//! for an identity alone: it leads to a mail, and the visit is ended at the provider at once.

pub mod come_back;
pub mod depart;
pub mod outcome;

use isoloir_domain::reissue::{Destination, Factor, ReissuePath};
use isoloir_identity::RelyingParty;

pub use come_back::{Answer, CameBack};
pub use depart::{DepartError, Departed};
pub use outcome::{Ended, Outcome};

use crate::ask_reissue::ReissueWindow;
use crate::reissue_form::IdentifierAsked;
use crate::{Fault, VotingServer};

/// The provider, as the operator has set it up.
pub struct IdentityProvider {
    party: RelyingParty,
    name: String,
    help: Option<String>,
    button: Option<Button>,
}

/// The provider's own button, which the operator obtains from it: it may be neither redrawn nor reworded.
pub struct Button {
    /// As it is.
    pub plain: Picture,
    /// Under the pointer.
    pub hover: Option<Picture>,
}

/// A picture of the button.
pub struct Picture {
    /// `image/svg+xml` or `image/png`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl IdentityProvider {
    /// The provider that people know by `name`; `help` is the page that says what it is.
    #[must_use]
    pub fn new(party: RelyingParty, name: String, help: Option<String>, button: Option<Button>) -> Self {
        Self {
            party,
            name,
            help,
            button,
        }
    }

    /// Its name, as people know it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The page that says what it is.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Origin of its pages: where our forms may lead.
    #[must_use]
    pub fn origin(&self) -> String {
        self.party.origin()
    }

    /// Its own button.
    #[must_use]
    pub fn button(&self) -> Option<&Button> {
        self.button.as_ref()
    }
}

/// What a visit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new voting code (*réassort*), by a voter who is signed in.
    Reissue,
    /// A new password, by somebody who cannot sign in.
    Password,
}

impl Purpose {
    /// Stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reissue => "reissue",
            Self::Password => "password",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Reissue, Self::Password]
            .into_iter()
            .find(|purpose| purpose.code() == code)
    }
}

impl VotingServer {
    /// Lets people identify themselves by `provider`. The first one given stays.
    pub fn use_identity_provider(&self, provider: IdentityProvider) {
        if self.inner.identity.set(provider).is_err() {
            tracing::warn!("the provider of identities was given already; the first one is kept");
        }
    }

    /// The provider of identities, if the operator has set one up.
    #[must_use]
    pub fn identity_provider(&self) -> Option<&IdentityProvider> {
        self.inner.identity.get()
    }

    /// The provider, where the organiser lets it stand for the professional mailbox.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn password_by_identity(&self) -> Result<Option<&IdentityProvider>, Fault> {
        let rules = self.portal_rules().await?;
        Ok(self
            .identity_provider()
            .filter(|_| rules.policy.password_reset.franceconnect))
    }

    /// The provider, and the identifier that the registrar asks for beside it, where an identity leads to a new voting code, now.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reissue_by_identity(&self) -> Result<Option<(&IdentityProvider, Option<IdentifierAsked>)>, Fault> {
        let rules = self.reissue_rules().await?;
        // What can be shown on this way; a rule that asks for more cannot be met by it.
        let shown = [Factor::Session, Factor::FranceConnect, Factor::Numen, Factor::NirDigits].into();
        let rule = rules.policy.rule(ReissuePath::FranceConnect).filter(|rule| {
            matches!(rules.window, ReissueWindow::Open { .. })
                && rule.satisfied_by(&shown)
                && rule.destinations.contains(&Destination::FranceConnectMail)
        });
        let provider = self.identity_provider();
        Ok(rule.and_then(|rule| Some((provider?, IdentifierAsked::by(rule)))))
    }
}
