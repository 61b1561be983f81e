//! The staff's console. Every route names the roles that it is for; what a person may see is decided again in the use cases.

mod candidacies;
mod complaints;
mod decisions;
mod desk;
mod journal;
mod mailings;
mod own_candidacies;
mod preparation;
mod rolls;
mod texts;
mod tokens;

use isoloir_domain::ConsultationId;
use isoloir_domain::staff::StaffMember;
use serde::Deserialize;

use crate::access::Declared;
pub(crate) use rolls::{Bounded, MAX_UPLOAD};

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    [
        desk::table(),
        complaints::table(),
        decisions::table(),
        candidacies::table(),
        own_candidacies::table(),
        preparation::table(),
        rolls::table(),
        mailings::table(),
        texts::table(),
        journal::table(),
        tokens::table(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Lines of a list on one page.
const PER_PAGE: u32 = 25;
/// The longest text, every character of it written in twelve signs by the browser, and the rest of the form.
const MAX_FORM: usize = 64 * 1024;

/// The fields of a form whose names repeat, in their order.
#[derive(Default, Deserialize)]
#[serde(transparent)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of this name; empty without one.
    fn value(&self, name: &str) -> &str {
        let found = self.pairs().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    /// All values of this name.
    fn values(&self, name: &str) -> Vec<String> {
        let found = self.pairs().filter(|(known, _)| *known == name);
        found.map(|(_, value)| value.to_owned()).collect()
    }
}

/// Which page of which list, and what was just done.
#[derive(Deserialize)]
struct ListQuery {
    file: Option<String>,
    etat: Option<String>,
    page: Option<u64>,
    fait: Option<String>,
}

impl ListQuery {
    /// The page, from 1.
    fn page(&self) -> u64 {
        self.page.unwrap_or(1).clamp(1, 1_000_000)
    }

    /// Lines before this page.
    fn offset(&self) -> u64 {
        self.page().saturating_sub(1).saturating_mul(u64::from(PER_PAGE))
    }
}

/// Cuts the line that was asked for in excess; whether it was there.
fn cut<T>(lines: &mut Vec<T>) -> bool {
    let most = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > most;
    lines.truncate(most);
    more
}

/// Whether a person works on this consultation.
fn works_on(member: &StaffMember, consultation: &ConsultationId) -> bool {
    member.consultation.as_ref().is_none_or(|limit| limit == consultation)
}
