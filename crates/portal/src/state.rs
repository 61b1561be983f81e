//! What every route shares: the voting server, the configuration, and the last known name of the consultation.

use std::sync::{Arc, RwLock};

use isoloir_domain::{Calendar, Consultation, Phase};
use isoloir_service::{Fault, VotingServer};

use crate::config::PortalConfig;
use crate::error::log_fault;
use crate::limits::Limits;
use isoloir_theme::layout::Site;

/// What every route shares. Cheap to clone.
#[derive(Clone)]
pub struct PortalState {
    inner: Arc<Inner>,
}

struct Inner {
    server: VotingServer,
    config: PortalConfig,
    limits: Limits,
    site: RwLock<Option<Site>>,
}

impl PortalState {
    /// A portal over `server`.
    #[must_use]
    pub fn new(server: VotingServer, config: PortalConfig) -> PortalState {
        PortalState {
            inner: Arc::new(Inner {
                server,
                limits: Limits::new(config.limits.clone()),
                config,
                site: RwLock::new(None),
            }),
        }
    }

    /// The voting server.
    #[must_use]
    pub fn server(&self) -> &VotingServer {
        &self.inner.server
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &PortalConfig {
        &self.inner.config
    }

    /// How often each network may try.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Names for header and footer, as last read: an error page needs them when the database is down.
    #[must_use]
    pub fn site(&self) -> Site {
        self.known_site().unwrap_or_else(|| Site {
            title: "Isoloir".to_owned(),
            organiser: String::new(),
        })
    }

    fn known_site(&self) -> Option<Site> {
        self.inner
            .site
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Reads the names once, for the first page that anybody asks for. Without a database they stay unknown, and the page says why itself.
    pub async fn learn_site(&self) {
        if self.known_site().is_none()
            && let Err(fault) = self.consultation().await
        {
            log_fault(&fault);
        }
    }

    /// The consultation that the portal shows, and where it stands.
    ///
    /// The one that is open comes first, then the next to open, then the last that closed: a portal is about one consultation, and
    /// boxes and results of the others stay reachable by their addresses.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn consultation(&self) -> Result<Option<Shown>, Fault> {
        let now = self.server().clock().now();
        let Some(consultation) = self.server().portal_consultation().await? else {
            return Ok(None);
        };
        let mut phase = consultation.calendar.phase(now);
        if phase == Phase::Closed && self.all_tallied(&consultation).await? {
            phase = Phase::Tallied;
        }
        let site = Site {
            title: consultation.title.clone(),
            organiser: consultation.organiser.clone(),
        };
        *self
            .inner
            .site
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(site);
        Ok(Some(Shown {
            calendar: consultation.calendar,
            phase,
            consultation,
        }))
    }

    async fn all_tallied(&self, consultation: &Consultation) -> Result<bool, Fault> {
        let elections = self.server().elections_with_phase(consultation).await?;
        Ok(!elections.is_empty() && elections.iter().all(|(_, phase)| *phase == Phase::Tallied))
    }
}

/// The consultation that the portal shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The consultation.
    pub consultation: Consultation,
    /// Its calendar.
    pub calendar: Calendar,
    /// Where it stands; `Tallied` once every election is counted.
    pub phase: Phase,
}
