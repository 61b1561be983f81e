//! What organisers are told when a deadline is near.

use isoloir_domain::Language;
use isoloir_domain::message::Message;
use isoloir_domain::moment;
use jiff::civil::Date;

use super::{Part, Said, link, one_line, said, text};

/// Tasks that are listed; the page has them all.
const LISTED: usize = 20;

/// A deadline that is near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearDeadline {
    /// Title of the consultation.
    pub consultation: String,
    /// What is due.
    pub what: Message,
    /// The last day.
    pub day: Date,
    /// Days that are left, 0 on the last.
    pub days: u32,
    /// What is still to be done: title of the election, and what.
    pub tasks: Vec<(String, Message)>,
    /// Page of the preparation.
    pub link: String,
}

impl NearDeadline {
    pub(super) fn said(&self, language: Language) -> Said {
        let (consultation, what) = (one_line(&self.consultation), self.what.text(language));
        let day = moment::day(language, self.day);
        let (subject, first, all) = match language {
            Language::French => (
                match self.days {
                    0 => "Échéance aujourd’hui sur le portail de vote".to_owned(),
                    1 => "Échéance demain sur le portail de vote".to_owned(),
                    days => format!("Échéance dans {days}\u{a0}jours sur le portail de vote"),
                },
                format!(
                    "Calendrier électoral ({consultation}), {day}\u{a0}: «\u{a0}{what}\u{a0}». Il reste à faire\u{a0}:"
                ),
                "Tout ce qui est prêt et ce qui ne l’est pas est à cette adresse\u{a0}:",
            ),
            Language::English => (
                match self.days {
                    0 => "Deadline today on the voting portal".to_owned(),
                    1 => "Deadline tomorrow on the voting portal".to_owned(),
                    days => format!("Deadline in {days}\u{a0}days on the voting portal"),
                },
                format!("Electoral calendar ({consultation}), {day}: “{what}”. Still to be done:"),
                "All that is ready, and what is not, is at this address:",
            ),
        };
        let mut parts = vec![text(first)];
        parts.extend(self.tasks.iter().take(LISTED).map(|task| line(task, language)));
        parts.extend([text(all), link(&self.link)]);
        said(subject, parts)
    }
}

fn line((election, task): &(String, Message), language: Language) -> Part {
    let (election, task) = (one_line(election), task.text(language));
    text(match language {
        Language::French => format!("«\u{a0}{election}\u{a0}» – {task}"),
        Language::English => format!("“{election}” – {task}"),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use isoloir_domain::timetable::Step;

    use super::*;
    use crate::letters::Letter;
    use crate::review_preparation::Task;

    /// A deadline so many days away, with more to do than is listed.
    pub(in crate::letters) fn near(days: u32) -> Letter {
        Letter::DeadlineNear(NearDeadline {
            consultation: "Élections professionnelles 2026".to_owned(),
            what: Step::Sealing.message(),
            day: jiff::civil::date(2026, 12, 3),
            days,
            tasks: vec![("Comité social".to_owned(), Task::Keys.message()); LISTED + 5],
            link: "https://vote.valbrune.example/gestion/preparation".to_owned(),
        })
    }
}
