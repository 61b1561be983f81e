//! What has become of a voter's link (*suivi d'acheminement*), for the portal's page: never the link, never where it went.

use isoloir_domain::reissue::LinkState;

use crate::Registrar;
use crate::ask_reissue::{AskError, link_state};

impl Registrar {
    /// The state of the pending link. The order may be any that the voting server makes for this voter; reading serves no order up.
    ///
    /// # Errors
    /// [`AskError`]; [`AskError::NoLink`] when none is pending.
    pub async fn reissue_state(&self, order: &str) -> Result<LinkState, AskError> {
        let desk = self.desk().ok_or(AskError::NoLink)?;
        let now = self.clock.now();
        let order = self.read_order(desk, order, now)?;
        let pending = self.store.pending_link(order.voter, now.as_second()).await?;
        link_state(&pending.ok_or(AskError::NoLink)?, true)
    }
}
