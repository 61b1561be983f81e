//! What this deployment holds: certificates made of measured loads, and what the latest is worth today (docs/adr/0025).

use std::sync::PoisonError;

use isoloir_domain::Consultation;
use isoloir_domain::capacity::{Certificate, Expected, FORMAT, Machine, Measured, Standing, Statement};

use crate::{Fault, VotingServer};

/// What the preparation page says of the capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// What the latest certificate is worth.
    pub standing: Standing,
    /// The latest certificate, if there is one.
    pub certificate: Option<Certificate>,
    /// What the rolls and hours of today may ask.
    pub expected: Expected,
}

impl VotingServer {
    /// Says on what machine this program runs; the binary looks at its start.
    pub fn set_machine(&self, machine: Machine) {
        *self.inner.machine.lock().unwrap_or_else(PoisonError::into_inner) = Some(machine);
    }

    fn machine(&self) -> Machine {
        let known = self
            .inner
            .machine
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        known.unwrap_or_else(|| Machine {
            processor: "unknown".to_owned(),
            cores: 0,
            memory_gib: 0,
            database: "unknown".to_owned(),
        })
    }

    /// Certifies what was measured with this program on this machine, and keeps it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn record_capacity(
        &self,
        consultation: &Consultation,
        measured: Measured,
        nodes: u16,
    ) -> Result<Certificate, Fault> {
        let (build, at) = (self.build(), self.inner.clock.now());
        let statement = Statement {
            format: FORMAT.to_owned(),
            at,
            consultation: consultation.id.clone(),
            version: build.version,
            program: build.program,
            machine: self.machine(),
            nodes,
            measured,
            expected: self.expected_peak(consultation).await?,
        };
        let damaged = || Fault::Damaged("a certificate of capacity");
        let certificate = Certificate::sign(statement, &self.inner.server_key).ok_or_else(damaged)?;
        let text = serde_json::to_string(&certificate).map_err(|_| damaged())?;
        self.inner.store.keep_capacity(&consultation.id, at, &text).await?;
        Ok(certificate)
    }

    /// What the latest certificate is worth for this consultation. One that another key signed, or that was changed, is none.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn capacity(&self, consultation: &Consultation) -> Result<Capacity, Fault> {
        let text = self.inner.store.latest_capacity(&consultation.id).await?;
        let certificate = text.and_then(|text| Certificate::parse(&text, Some(&self.server_key())).ok());
        let expected = self.expected_peak(consultation).await?;
        Ok(Capacity {
            standing: Standing::of(certificate.as_ref(), &self.build().program, &self.machine(), expected),
            certificate,
            expected,
        })
    }

    async fn expected_peak(&self, consultation: &Consultation) -> Result<Expected, Fault> {
        let figures = self.inner.store.roll_figures(&consultation.id).await?;
        let ballots = figures.elections.iter().map(|roll| roll.registered).sum();
        let calendar = &consultation.calendar;
        Ok(Expected::of(ballots, calendar.opens(), calendar.closes()))
    }
}
