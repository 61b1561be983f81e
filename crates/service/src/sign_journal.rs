//! The journal signed once a day, and written as a file that is checked without a server.

use std::io::{self, Write};
use std::time::Duration;

use isoloir_domain::journal_file::{JournalHead, SignedDay, day_line, end_line, entry_line, first_line};
use isoloir_domain::local_time::paris;
use jiff::civil::Date;

use crate::ballot_box::{ExportError, blocking};
use crate::{Fault, VotingServer};

impl VotingServer {
    /// Signs what the journal is now for the day that ended last (in Paris), once; `None` when that day is signed or has nothing new.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_journal_day(&self) -> Result<Option<SignedDay>, Fault> {
        let store = &self.inner.store;
        let Some(day) = self.yesterday() else { return Ok(None) };
        let before = store.latest_journal_day().await?;
        let head = store.journal_head().await?;
        let (last, signed) = before.map_or((0, None), |before| (before.head.rank, Some(before.day)));
        if signed >= Some(day) || head.rank <= last {
            return Ok(None);
        }
        let signed = SignedDay::sign(day, head, &self.inner.server_key);
        store.keep_journal_day(&signed).await?;
        Ok(Some(signed))
    }

    /// Signs a day after the other, looking every `period` whether one has ended. To be spawned by the binary.
    pub async fn run_journal_signing(self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        loop {
            ticks.tick().await;
            match self.sign_journal_day().await {
                Ok(Some(signed)) => tracing::info!(day = %signed.day, rank = signed.head.rank, "journal signed"),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the journal could not be signed"),
            }
        }
    }

    /// Days of the journal that were signed, the first first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn journal_days(&self) -> Result<Vec<SignedDay>, Fault> {
        Ok(self.inner.store.journal_days().await?)
    }

    /// Writes the whole journal as a file (`journal_file` of the domain): what it held when the writing began. Memory does not depend on its size.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export_journal<W: Write + Send + 'static>(&self, mut out: W) -> Result<W, ExportError> {
        let end = self.inner.store.journal_head().await.map_err(Fault::from)?;
        let days = self.inner.store.journal_days().await.map_err(Fault::from)?;
        let mut days = days.into_iter().filter(|day| day.head.rank <= end.rank).peekable();
        let first = first_line(&self.server_key()).map_err(io::Error::from)?;
        out = blocking(move || written(out, &first)).await?;
        let mut head = JournalHead::EMPTY;
        while head.rank < end.rank {
            let texts = self.inner.store.journal_texts(head.rank).await.map_err(Fault::from)?;
            let left = usize::try_from(end.rank.saturating_sub(head.rank)).unwrap_or(usize::MAX);
            if texts.is_empty() {
                return Err(Fault::Damaged("the journal").into());
            }
            let mut lines = String::new();
            for text in texts.iter().take(left) {
                head = head.then(text);
                lines.push_str(&entry_line(head, text).map_err(io::Error::from)?);
                while let Some(day) = days.next_if(|day| day.head.rank <= head.rank) {
                    lines.push_str(&day_line(&day).map_err(io::Error::from)?);
                }
            }
            out = blocking(move || written(out, &lines)).await?;
        }
        let last = end_line(self.inner.clock.now(), end, &self.inner.server_key).map_err(io::Error::from)?;
        blocking(move || written(out, &last)).await
    }

    fn yesterday(&self) -> Option<Date> {
        paris().to_datetime(self.inner.clock.now()).date().yesterday().ok()
    }
}

fn written<W: Write>(mut out: W, text: &str) -> io::Result<W> {
    out.write_all(text.as_bytes())?;
    Ok(out)
}
