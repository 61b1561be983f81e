//! Every mail and every SMS that the voting server sends, in both languages.
//!
//! A [`Letter`] is a mail, a [`TextMessage`] an SMS. Neither ever holds a password, a voting code, a choice or a tracker; each mail says that nobody
//! will ask for one. Plain text, lines of 76 characters, no tracking. A reader whose language is not known gets French, then English.
//!
//! What people typed (names, titles) loses its line breaks before it enters a text, so that nothing can begin a header.

mod deadline;
mod mailing;

use std::sync::Arc;

use isoloir_domain::Language;
use isoloir_domain::mailing::{MailingKind, MailingWords};
use isoloir_domain::message::Message;
use jiff::SignedDuration;

pub use deadline::NearDeadline;
pub use mailing::MailingPlaces;

/// Most characters on a line; a link stands on its own line, whole.
const LINE: usize = 76;
/// Most characters kept of what a person typed.
const LONGEST_VALUE: usize = 200;

/// A mail (*courriel*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// One-use link to the account.
    Activation {
        /// Title of the consultation.
        consultation: String,
        /// The link.
        link: String,
        /// How long it is good.
        valid: SignedDuration,
    },
    /// The account is active.
    AccountActivated,
    /// A ballot was recorded. Says nothing of it.
    VoteRecorded {
        /// Title of the election.
        election: String,
        /// Title of the consultation.
        consultation: String,
    },
    /// The password was changed.
    PasswordChanged,
    /// One-use link to a new password.
    PasswordReset {
        /// The link.
        link: String,
        /// How long it is good.
        valid: SignedDuration,
    },
    /// One-use link to a new password, to the mailbox that FranceConnect vouches for.
    IdentityPasswordReset {
        /// Name of the provider, for instance FranceConnect.
        provider: String,
        /// The link.
        link: String,
        /// How long it is good.
        valid: SignedDuration,
    },
    /// The same, told to the account's own mailbox, without the link.
    IdentityPasswordResetAsked {
        /// Name of the provider.
        provider: String,
        /// Where to contest.
        link: String,
    },
    /// The challenge question or its answer was changed.
    ChallengeChanged,
    /// The account's address was changed; sent to the old one and to the new one.
    AddressChanged,
    /// Somebody who showed the voter's factors asked for a new voting code; told to the mailbox of the account.
    ReissueAsked {
        /// Where to contest.
        link: String,
    },
    /// One-use link to a new voting code.
    ReissueLink {
        /// The link.
        link: String,
        /// How long it is good.
        valid: SignedDuration,
    },
    /// A new voting code was shown; the one before is void.
    CodeReissued,
    /// A request for help was received.
    TicketOpened {
        /// Its number.
        number: String,
        /// Where the answer is read.
        link: String,
    },
    /// The help desk answered.
    TicketReply {
        /// Its number.
        number: String,
        /// Where the answer is read.
        link: String,
    },
    /// The help desk closed the request.
    TicketClosed {
        /// Its number.
        number: String,
    },
    /// A complaint was received.
    ComplaintReceived {
        /// Its number.
        number: String,
        /// Title of the consultation.
        consultation: String,
        /// Days within which it is decided.
        days: u32,
    },
    /// A complaint was decided; the decision is read on the portal.
    ComplaintDecided {
        /// Its number.
        number: String,
        /// Title of the consultation.
        consultation: String,
        /// Page of complaints.
        link: String,
    },
    /// A union's list was filed; to its delegates.
    CandidacyFiled {
        /// Its number.
        number: String,
        /// Sigle of the list.
        list: String,
        /// Title of the election.
        election: String,
        /// Digest of list and files.
        digest: String,
        /// Where the acknowledgement is.
        link: String,
    },
    /// The organiser decided about a list, or asks for a correction; to the union's delegates.
    CandidacyDecided {
        /// Its number.
        number: String,
        /// Title of the election.
        election: String,
        /// What, in both languages.
        what: Message,
        /// Where the reasons are.
        link: String,
    },
    /// A check of the seal found what should not be; to the members of the board.
    IntegrityAlarm {
        /// Title of the board.
        board: String,
        /// What, in the words of the check.
        parts: String,
        /// The board's page.
        link: String,
    },
    /// An incident of the board was recorded; to its members.
    BoardIncident {
        /// Title of the board.
        board: String,
        /// What, in both languages.
        what: Message,
        /// The board's page.
        link: String,
    },
    /// One-use link to a staff account.
    StaffInvitation {
        /// The link.
        link: String,
        /// How long it is good.
        valid: SignedDuration,
    },
    /// A deadline is near for which somebody still has to act; to the organisers.
    DeadlineNear(NearDeadline),
    /// What the organiser writes to all the voters of some rolls.
    Mailing {
        /// What for.
        kind: MailingKind,
        /// What it says.
        words: Arc<MailingWords>,
        /// What stands where the words name it.
        places: MailingPlaces,
        /// How long it is worth sending.
        valid: SignedDuration,
    },
    /// The same, to the person who writes it.
    MailingTrial(Box<Letter>),
    /// The operator tries the mail relay.
    Trial,
}

/// An SMS. Every text fits in one message: 160 characters of the GSM alphabet with a link of up to 100, or 70 outside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextMessage {
    /// One-use link to a new voting code.
    ReissueLink {
        /// The link.
        link: String,
        /// How long it is good.
        valid: SignedDuration,
    },
    /// A new voting code was shown; the one before is void.
    CodeReissued,
    /// A check failed or an incident was recorded; to a member of the board.
    BoardAlert {
        /// The board's page.
        link: String,
    },
    /// The operator tries the SMS gateway: the one text outside of the GSM alphabet, to show that accents arrive.
    Trial,
}

/// Subject and text, ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
}

/// What a letter says in one language, before it is laid out.
struct Said {
    subject: String,
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    Link(String),
}

fn text(text: impl Into<String>) -> Part {
    Part::Text(text.into())
}

fn link(link: &str) -> Part {
    Part::Link(link.to_owned())
}

fn said(subject: impl Into<String>, parts: Vec<Part>) -> Said {
    Said {
        subject: subject.into(),
        parts,
    }
}

/// What a person typed, on one line and of bounded length.
#[must_use]
pub fn one_line(value: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let spaced: String = value
        .chars()
        .map(|c| if breaks(c) { ' ' } else { c })
        .take(LONGEST_VALUE)
        .collect();
    spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// `14 jours`, `1 heure`, `20 minutes`: the largest unit that says it exactly.
fn lasting(duration: SignedDuration, language: Language) -> String {
    let minutes = duration.as_mins().max(1);
    let (count, unit) = if minutes % (24 * 60) == 0 {
        (minutes / (24 * 60), [["jour", "jours"], ["day", "days"]])
    } else if minutes % 60 == 0 {
        (minutes / 60, [["heure", "heures"], ["hour", "hours"]])
    } else {
        (minutes, [["minute", "minutes"], ["minute", "minutes"]])
    };
    let [french, english] = unit;
    let [one, many] = match language {
        Language::French => french,
        Language::English => english,
    };
    format!("{count}\u{a0}{}", if count == 1 { one } else { many })
}

const NOT_YOU_FR: &str =
    "Si ce n’est pas vous, prévenez sans attendre la cellule d’assistance, dont les coordonnées sont sur le portail.";
const NOT_YOU_EN: &str = "If this was not you, tell the help desk at once: the portal says how to reach it.";
const IGNORE_FR: &str = "Si vous n’avez rien demandé, ne tenez pas compte de ce message\u{a0}: rien n’a changé.";
const IGNORE_EN: &str = "If you asked for nothing, ignore this message: nothing has changed.";

impl Letter {
    /// Stable name, under which the delivery ledger counts it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Activation { .. } => "activation",
            Self::AccountActivated => "account_activated",
            Self::VoteRecorded { .. } => "vote_recorded",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset { .. } => "password_reset",
            Self::IdentityPasswordReset { .. } => "identity_password_reset",
            Self::IdentityPasswordResetAsked { .. } => "identity_password_reset_asked",
            Self::ChallengeChanged => "challenge_changed",
            Self::AddressChanged => "address_changed",
            Self::ReissueAsked { .. } => "reissue_asked",
            Self::ReissueLink { .. } => "reissue_link",
            Self::CodeReissued => "code_reissued",
            Self::TicketOpened { .. } => "ticket_opened",
            Self::TicketReply { .. } => "ticket_reply",
            Self::TicketClosed { .. } => "ticket_closed",
            Self::ComplaintReceived { .. } => "complaint_received",
            Self::ComplaintDecided { .. } => "complaint_decided",
            Self::CandidacyFiled { .. } => "candidacy_filed",
            Self::CandidacyDecided { .. } => "candidacy_decided",
            Self::IntegrityAlarm { .. } => "integrity_alarm",
            Self::BoardIncident { .. } => "board_incident",
            Self::StaffInvitation { .. } => "staff_invitation",
            Self::DeadlineNear(_) => "deadline_near",
            Self::Mailing { kind, .. } => kind.letter(),
            Self::MailingTrial(_) => "mailing_trial",
            Self::Trial => "trial",
        }
    }

    /// How long it is worth sending: a link no longer than it is good, other news three days.
    #[must_use]
    pub fn validity(&self) -> SignedDuration {
        match self {
            Self::Activation { valid, .. }
            | Self::PasswordReset { valid, .. }
            | Self::IdentityPasswordReset { valid, .. }
            | Self::ReissueLink { valid, .. }
            | Self::StaffInvitation { valid, .. }
            | Self::Mailing { valid, .. } => *valid,
            Self::Trial | Self::MailingTrial(_) => SignedDuration::from_hours(1),
            _ => NEWS,
        }
    }

    /// Whether the letter tells that somebody has voted: it is then tied to no voter in the outbox.
    #[must_use]
    pub fn tells_of_a_vote(&self) -> bool {
        matches!(self, Self::VoteRecorded { .. })
    }

    /// The letter to `name`, signed by `organiser`.
    #[must_use]
    pub fn words(&self, language: Option<Language>, name: Option<&str>, organiser: &str) -> Words {
        let organiser = one_line(organiser);
        let name = name.map(one_line).filter(|name| !name.is_empty());
        let laid = |language| {
            let said = match language {
                Language::French => self.french(),
                Language::English => self.english(),
            };
            (
                said.subject.clone(),
                lay_out(&said, language, name.as_deref(), &organiser),
            )
        };
        let (subject, body) = match language {
            Some(language) => laid(language),
            None => {
                let ((french, first), (english, second)) = (laid(Language::French), laid(Language::English));
                (
                    format!("{french} / {english}"),
                    format!("{first}\n-- English --\n\n{second}"),
                )
            }
        };
        Words { subject, body }
    }

    fn french(&self) -> Said {
        let lasts = |valid: &SignedDuration| lasting(*valid, Language::French);
        let once = |valid| {
            text(format!(
                "Ce lien ne sert qu’une fois et reste valable {}. Ne le transmettez à personne.",
                lasts(valid)
            ))
        };
        match self {
            Self::Activation {
                consultation,
                link: url,
                valid,
            } => said(
                "Activez votre compte électeur",
                vec![
                    text(format!(
                        "Pour voter ({}), activez votre compte et choisissez votre mot de passe à cette adresse\u{a0}:",
                        one_line(consultation)
                    )),
                    link(url),
                    once(valid),
                ],
            ),
            Self::AccountActivated => said(
                "Votre compte électeur est activé",
                vec![
                    text("Votre compte électeur est activé. Votre mot de passe n’est connu que de vous."),
                    text(NOT_YOU_FR),
                ],
            ),
            Self::VoteRecorded { election, consultation } => said(
                "Votre vote est enregistré",
                vec![
                    text(format!(
                        "Votre vote a été enregistré pour le scrutin «\u{a0}{}\u{a0}» ({}).",
                        one_line(election),
                        one_line(consultation)
                    )),
                    text("Ce message ne contient ni votre choix, ni votre numéro de suivi."),
                    text(
                        "Si vous n’avez pas voté, prévenez sans attendre la cellule d’assistance, dont les coordonnées sont sur le portail.",
                    ),
                ],
            ),
            Self::PasswordChanged => said(
                "Votre mot de passe a été changé",
                vec![
                    text(
                        "Le mot de passe de votre compte électeur vient d’être changé, et les sessions ouvertes ont été fermées.",
                    ),
                    text(NOT_YOU_FR),
                ],
            ),
            Self::PasswordReset { link: url, valid } => said(
                "Choisissez un nouveau mot de passe",
                vec![
                    text(
                        "Vous avez demandé un nouveau mot de passe pour le portail de vote. Choisissez-le à cette adresse\u{a0}:",
                    ),
                    link(url),
                    once(valid),
                    text(IGNORE_FR),
                ],
            ),
            Self::IdentityPasswordReset {
                provider,
                link: url,
                valid,
            } => said(
                "Réinitialisation de votre mot de passe Elections",
                vec![
                    text(format!(
                        "Vous avez demandé la réinitialisation de votre mot de passe Elections, en vous identifiant par {}. Choisissez le nouveau à cette adresse\u{a0}:",
                        one_line(provider)
                    )),
                    link(url),
                    once(valid),
                    text(IGNORE_FR),
                ],
            ),
            Self::IdentityPasswordResetAsked { provider, link: url } => said(
                "Un nouveau mot de passe a été demandé",
                vec![
                    text(format!(
                        "Une personne identifiée par {} sous votre identité vient de demander un nouveau mot de passe pour votre compte électeur. Un lien à usage unique est parti vers l’adresse que {} connaît d’elle. Ce message-ci ne contient pas ce lien.",
                        one_line(provider),
                        one_line(provider)
                    )),
                    text("Tant que ce lien n’est pas utilisé, votre mot de passe actuel reste valable."),
                    text("Si ce n’était pas vous, dites-le sans attendre à la cellule d’assistance\u{a0}:"),
                    link(url),
                ],
            ),
            Self::ChallengeChanged => said(
                "Votre question défi a été changée",
                vec![
                    text("La question défi de votre compte électeur, ou sa réponse, vient d’être changée."),
                    text(NOT_YOU_FR),
                ],
            ),
            Self::AddressChanged => said(
                "L’adresse de votre compte a été changée",
                vec![
                    text(
                        "L’adresse de courriel de votre compte électeur vient d’être changée. Ce message est envoyé à l’ancienne et à la nouvelle.",
                    ),
                    text(NOT_YOU_FR),
                ],
            ),
            Self::ReissueAsked { link: url } => said(
                "Un nouveau code de vote a été demandé",
                vec![
                    text(
                        "Depuis votre compte électeur, un nouveau code de vote vient d’être demandé. Un lien à usage unique est parti vers le téléphone ou la messagerie personnelle indiqués dans la demande. Ce message-ci ne contient ni lien d’obtention, ni code.",
                    ),
                    text("Tant que ce lien n’est pas utilisé, votre code actuel reste valable."),
                    text(
                        "Si vous n’avez rien demandé, quelqu’un connaît votre mot de passe et votre réponse secrète. Changez-les sans attendre, et contestez la demande à cette adresse\u{a0}:",
                    ),
                    link(url),
                ],
            ),
            Self::ReissueLink { link: url, valid } => said(
                "Obtenez un nouveau code de vote",
                vec![
                    text("Vous avez demandé un nouveau code de vote. Il s’affichera à cette adresse\u{a0}:"),
                    link(url),
                    once(valid),
                    text(
                        "Avant d’ouvrir ce lien, munissez-vous de quoi noter le code. Le code actuel cessera de servir.",
                    ),
                    text(IGNORE_FR),
                ],
            ),
            Self::CodeReissued => said(
                "Un nouveau code de vote vous a été remis",
                vec![
                    text("Un nouveau code de vote vient de vous être remis. Le code précédent ne sert plus."),
                    text(NOT_YOU_FR),
                ],
            ),
            Self::TicketOpened { number, link: url } => said(
                format!("Votre demande d’assistance {}", one_line(number)),
                vec![
                    text(format!(
                        "Votre demande d’assistance porte le numéro {}. Un courriel vous préviendra de la réponse, qui se lira à cette adresse\u{a0}:",
                        one_line(number)
                    )),
                    link(url),
                ],
            ),
            Self::TicketReply { number, link: url } => said(
                format!("Réponse à votre demande d’assistance {}", one_line(number)),
                vec![
                    text(format!(
                        "La cellule d’assistance a répondu à votre demande {}. Sa réponse est à cette adresse, où vous pouvez lui écrire à nouveau\u{a0}:",
                        one_line(number)
                    )),
                    link(url),
                ],
            ),
            Self::TicketClosed { number } => said(
                format!("Votre demande d’assistance {} est close", one_line(number)),
                vec![text(format!(
                    "La cellule d’assistance a clos votre demande {}. Si votre difficulté demeure, faites une nouvelle demande sur le portail.",
                    one_line(number)
                ))],
            ),
            Self::ComplaintReceived {
                number,
                consultation,
                days,
            } => said(
                format!("Votre réclamation {}", one_line(number)),
                vec![
                    text(format!(
                        "Votre réclamation est enregistrée sous le numéro {} ({}).",
                        one_line(number),
                        one_line(consultation)
                    )),
                    text(format!(
                        "L’autorité organisatrice se prononce, avec ses motifs, sous {}. La décision sera sur le portail, et un courriel vous préviendra.",
                        lasting(SignedDuration::from_hours(24 * i64::from(*days)), Language::French)
                    )),
                ],
            ),
            Self::ComplaintDecided {
                number,
                consultation,
                link: url,
            } => said(
                format!("Décision sur votre réclamation {}", one_line(number)),
                vec![
                    text(format!(
                        "L’autorité organisatrice s’est prononcée sur votre réclamation {} ({}). La décision et ses motifs sont à cette adresse\u{a0}:",
                        one_line(number),
                        one_line(consultation)
                    )),
                    link(url),
                ],
            ),
            Self::CandidacyFiled {
                number,
                list,
                election,
                digest,
                link: url,
            } => said(
                format!("Votre candidature {} est déposée", one_line(number)),
                vec![
                    text(format!(
                        "La liste {} est déposée pour le scrutin «\u{a0}{}\u{a0}», sous le numéro {}. L’accusé de réception est à cette adresse\u{a0}:",
                        one_line(list),
                        one_line(election),
                        one_line(number)
                    )),
                    link(url),
                    text(format!("Empreinte de ce qui est déposé\u{a0}: {}", one_line(digest))),
                ],
            ),
            Self::CandidacyDecided {
                number,
                election,
                what,
                link: url,
            } => said(
                format!("Votre candidature {}", one_line(number)),
                vec![
                    text(format!(
                        "L’autorité organisatrice s’est prononcée sur votre candidature {} (scrutin «\u{a0}{}\u{a0}»).",
                        one_line(number),
                        one_line(election)
                    )),
                    text(one_line(&what.fr)),
                    link(url),
                ],
            ),
            Self::IntegrityAlarm {
                board,
                parts,
                link: url,
            } => said(
                format!("Alerte d’intégrité\u{a0}: {}", one_line(board)),
                vec![
                    text(format!(
                        "Le contrôle automatique du portail de vote a trouvé un écart avec ce que votre bureau a scellé\u{a0}: {}. Réunissez le bureau et prévenez l’expert\u{a0}:",
                        one_line(parts)
                    )),
                    link(url),
                ],
            ),
            Self::BoardIncident { board, what, link: url } => said(
                format!("Incident au procès-verbal\u{a0}: {}", one_line(board)),
                vec![
                    text(one_line(&what.fr)),
                    text("L’incident est enregistré, et figurera au procès-verbal\u{a0}:"),
                    link(url),
                ],
            ),
            Self::StaffInvitation { link: url, valid } => said(
                "Ouvrez votre compte de gestion",
                vec![
                    text(
                        "Un compte de gestion vous est ouvert sur le portail de vote. Choisissez votre mot de passe à cette adresse\u{a0}:",
                    ),
                    link(url),
                    once(valid),
                ],
            ),
            Self::DeadlineNear(near) => near.said(Language::French),
            Self::Mailing { words, places, .. } => mailing::said_of(words, places, Language::French),
            Self::MailingTrial(letter) => mailing::tried(letter.french(), Language::French),
            Self::Trial => said(
                "Essai d’envoi\u{a0}: reçu, lisible à l’œil nu",
                vec![text(
                    "Ce message vérifie que le portail de vote sait envoyer des courriels. Les accents doivent être intacts\u{a0}: é è à ù ç ê î ô œ.",
                )],
            ),
        }
    }

    fn english(&self) -> Said {
        let lasts = |valid: &SignedDuration| lasting(*valid, Language::English);
        let once = |valid| {
            text(format!(
                "This link can be used once, within {}. Pass it on to nobody.",
                lasts(valid)
            ))
        };
        match self {
            Self::Activation {
                consultation,
                link: url,
                valid,
            } => said(
                "Activate your voter account",
                vec![
                    text(format!(
                        "To vote ({}), activate your account and choose your password at this address:",
                        one_line(consultation)
                    )),
                    link(url),
                    once(valid),
                ],
            ),
            Self::AccountActivated => said(
                "Your voter account is active",
                vec![
                    text("Your voter account is active. Nobody but you knows your password."),
                    text(NOT_YOU_EN),
                ],
            ),
            Self::VoteRecorded { election, consultation } => said(
                "Your vote is recorded",
                vec![
                    text(format!(
                        "Your vote was recorded in the election “{}” ({}).",
                        one_line(election),
                        one_line(consultation)
                    )),
                    text("This message holds neither your choice nor your tracker."),
                    text("If you did not vote, tell the help desk at once: the portal says how to reach it."),
                ],
            ),
            Self::PasswordChanged => said(
                "Your password was changed",
                vec![
                    text("The password of your voter account has just been changed, and open sessions were ended."),
                    text(NOT_YOU_EN),
                ],
            ),
            Self::PasswordReset { link: url, valid } => said(
                "Choose a new password",
                vec![
                    text("You asked for a new password for the voting portal. Choose it at this address:"),
                    link(url),
                    once(valid),
                    text(IGNORE_EN),
                ],
            ),
            Self::IdentityPasswordReset {
                provider,
                link: url,
                valid,
            } => said(
                "Resetting your Elections password",
                vec![
                    text(format!(
                        "You asked to reset your Elections password, and {} said who you are. Choose the new one at this address:",
                        one_line(provider)
                    )),
                    link(url),
                    once(valid),
                    text(IGNORE_EN),
                ],
            ),
            Self::IdentityPasswordResetAsked { provider, link: url } => said(
                "A new password was asked for",
                vec![
                    text(format!(
                        "Somebody whom {} identifies as you has just asked for a new password for your voter account. A one-use link has left for the address that {} has of them. This message does not hold that link.",
                        one_line(provider),
                        one_line(provider)
                    )),
                    text("As long as that link is not used, your present password stays valid."),
                    text("If it was not you, tell the help desk at once:"),
                    link(url),
                ],
            ),
            Self::ChallengeChanged => said(
                "Your challenge question was changed",
                vec![
                    text("The challenge question of your voter account, or its answer, has just been changed."),
                    text(NOT_YOU_EN),
                ],
            ),
            Self::AddressChanged => said(
                "The address of your account was changed",
                vec![
                    text(
                        "The e-mail address of your voter account has just been changed. This message goes to the old one and to the new one.",
                    ),
                    text(NOT_YOU_EN),
                ],
            ),
            Self::ReissueAsked { link: url } => said(
                "A new voting code was asked for",
                vec![
                    text(
                        "From your voter’s account a new voting code was just asked for. A one-use link has left for the personal telephone or mailbox given in the request. This message holds neither that link nor a code.",
                    ),
                    text("As long as that link is not used, your present code stays valid."),
                    text(
                        "If you asked for nothing, somebody knows your password and your secret answer. Change both at once, and contest the request at this address:",
                    ),
                    link(url),
                ],
            ),
            Self::ReissueLink { link: url, valid } => said(
                "Get a new voting code",
                vec![
                    text("You asked for a new voting code. It will be shown at this address:"),
                    link(url),
                    once(valid),
                    text(
                        "Before you open the link, have something at hand to write the code down. The present code will be void.",
                    ),
                    text(IGNORE_EN),
                ],
            ),
            Self::CodeReissued => said(
                "You were given a new voting code",
                vec![
                    text("You have just been given a new voting code. The one before is void."),
                    text(NOT_YOU_EN),
                ],
            ),
            Self::TicketOpened { number, link: url } => said(
                format!("Your request for help {}", one_line(number)),
                vec![
                    text(format!(
                        "Your request for help has the number {}. A mail will tell you of the answer, which will be at this address:",
                        one_line(number)
                    )),
                    link(url),
                ],
            ),
            Self::TicketReply { number, link: url } => said(
                format!("Answer to your request for help {}", one_line(number)),
                vec![
                    text(format!(
                        "The help desk has answered your request {}. Its answer is at this address, where you can write again:",
                        one_line(number)
                    )),
                    link(url),
                ],
            ),
            Self::TicketClosed { number } => said(
                format!("Your request for help {} is closed", one_line(number)),
                vec![text(format!(
                    "The help desk has closed your request {}. If the difficulty remains, make a new request on the portal.",
                    one_line(number)
                ))],
            ),
            Self::ComplaintReceived {
                number,
                consultation,
                days,
            } => said(
                format!("Your complaint {}", one_line(number)),
                vec![
                    text(format!(
                        "Your complaint is registered under number {} ({}).",
                        one_line(number),
                        one_line(consultation)
                    )),
                    text(format!(
                        "The organising authority decides, with reasons, within {}. The decision will be on the portal, and a mail will tell you.",
                        lasting(SignedDuration::from_hours(24 * i64::from(*days)), Language::English)
                    )),
                ],
            ),
            Self::ComplaintDecided {
                number,
                consultation,
                link: url,
            } => said(
                format!("Decision on your complaint {}", one_line(number)),
                vec![
                    text(format!(
                        "The organising authority has decided on your complaint {} ({}). The decision and its reasons are at this address:",
                        one_line(number),
                        one_line(consultation)
                    )),
                    link(url),
                ],
            ),
            Self::CandidacyFiled {
                number,
                list,
                election,
                digest,
                link: url,
            } => said(
                format!("Your candidacy {} is filed", one_line(number)),
                vec![
                    text(format!(
                        "The list {} is filed for the election “{}”, under the number {}. The acknowledgement is at this address:",
                        one_line(list),
                        one_line(election),
                        one_line(number)
                    )),
                    link(url),
                    text(format!("Digest of what is filed: {}", one_line(digest))),
                ],
            ),
            Self::CandidacyDecided {
                number,
                election,
                what,
                link: url,
            } => said(
                format!("Your candidacy {}", one_line(number)),
                vec![
                    text(format!(
                        "The organising authority has decided about your candidacy {} (election “{}”).",
                        one_line(number),
                        one_line(election)
                    )),
                    text(one_line(&what.en)),
                    link(url),
                ],
            ),
            Self::IntegrityAlarm {
                board,
                parts,
                link: url,
            } => said(
                format!("Integrity alert: {}", one_line(board)),
                vec![
                    text(format!(
                        "The automatic check of the voting portal found a difference with what your board has sealed: {}. Gather the board and tell the expert:",
                        one_line(parts)
                    )),
                    link(url),
                ],
            ),
            Self::BoardIncident { board, what, link: url } => said(
                format!("Incident in the minutes: {}", one_line(board)),
                vec![
                    text(one_line(&what.en)),
                    text("The incident is recorded, and will stand in the minutes:"),
                    link(url),
                ],
            ),
            Self::StaffInvitation { link: url, valid } => said(
                "Open your staff account",
                vec![
                    text("A staff account is open to you on the voting portal. Choose your password at this address:"),
                    link(url),
                    once(valid),
                ],
            ),
            Self::DeadlineNear(near) => near.said(Language::English),
            Self::Mailing { words, places, .. } => mailing::said_of(words, places, Language::English),
            Self::MailingTrial(letter) => mailing::tried(letter.english(), Language::English),
            Self::Trial => said(
                "Test message: received and readable",
                vec![text(
                    "This message checks that the voting portal can send mail. Accents must be intact: é è à ù ç ê î ô œ.",
                )],
            ),
        }
    }
}

/// News are worth sending for three days.
pub(crate) const NEWS: SignedDuration = SignedDuration::from_hours(3 * 24);

impl TextMessage {
    /// Stable name, under which the delivery ledger counts it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ReissueLink { .. } => "reissue_link",
            Self::CodeReissued => "code_reissued",
            Self::BoardAlert { .. } => "board_alert",
            Self::Trial => "trial",
        }
    }

    /// How long it is worth sending.
    #[must_use]
    pub fn validity(&self) -> SignedDuration {
        match self {
            Self::ReissueLink { valid, .. } => *valid,
            Self::CodeReissued | Self::BoardAlert { .. } => NEWS,
            Self::Trial => SignedDuration::from_hours(1),
        }
    }

    /// The text; French when the language is not known, since two languages do not fit.
    #[must_use]
    pub fn words(&self, language: Option<Language>) -> String {
        let language = language.unwrap_or_default();
        // A no-break space is not in the GSM alphabet.
        let lasts = |valid: &SignedDuration| lasting(*valid, language).replace('\u{a0}', " ");
        match (self, language) {
            (Self::ReissueLink { link, valid }, Language::French) => {
                format!("Nouveau code de vote, lien valable {}, une fois : {link}", lasts(valid))
            }
            (Self::ReissueLink { link, valid }, Language::English) => {
                format!("New voting code, link good once, for {}: {link}", lasts(valid))
            }
            (Self::CodeReissued, Language::French) => {
                "Un nouveau code de vote vous a été remis. Ce n'est pas vous ? Prévenez l'assistance du portail de vote."
                    .to_owned()
            }
            (Self::CodeReissued, Language::English) => {
                "You have just been given a new voting code. Not you? Tell the help desk of the voting portal.".to_owned()
            }
            (Self::BoardAlert { link }, Language::French) => {
                format!("Bureau de vote : alerte ou incident, à lire ici : {link}")
            }
            (Self::BoardAlert { link }, Language::English) => {
                format!("Election board: alert or incident. Sign in to read it: {link}")
            }
            (Self::Trial, Language::French) => "Portail de vote, essai reçu\u{a0}: lisible à l’œil nu.".to_owned(),
            (Self::Trial, Language::English) => "Voting portal, test received: à ç ê œ are intact.".to_owned(),
        }
    }
}

fn lay_out(said: &Said, language: Language, name: Option<&str>, organiser: &str) -> String {
    let (greeting, never) = match language {
        Language::French => (
            name.map_or_else(|| "Bonjour,".to_owned(), |name| format!("Bonjour {name},")),
            "Personne ne vous demandera jamais votre mot de passe ni votre code de vote\u{a0}: ne les écrivez pas en réponse à un message.",
        ),
        Language::English => (
            name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},")),
            "Nobody will ever ask for your password or your voting code: do not write them in reply to a message.",
        ),
    };
    let mut out = wrapped(&greeting);
    for part in &said.parts {
        out.push('\n');
        match part {
            Part::Text(text) => out.push_str(&wrapped(text)),
            Part::Link(link) => {
                out.push_str(link);
                out.push('\n');
            }
        }
    }
    out.push('\n');
    out.push_str(&wrapped(never));
    out.push('\n');
    out.push_str(&wrapped(organiser));
    out
}

/// Lines of at most [`LINE`] characters, broken at ordinary spaces only.
fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > LINE {
            out.push('\n');
            column = 0;
        }
        if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use isoloir_carriers::gsm;

    const LINK: &str =
        "https://elections.education-jeunesse.example/activation/T0kenT0kenT0kenT0kenT0kenT0kenT0kenT0kenT0k";

    fn letters() -> Vec<Letter> {
        let (url, valid) = (LINK.to_owned(), SignedDuration::from_hours(14 * 24));
        let number = "A-2026-000123".to_owned();
        vec![
            Letter::Activation {
                consultation: "Élections professionnelles 2026".to_owned(),
                link: url.clone(),
                valid,
            },
            Letter::AccountActivated,
            Letter::VoteRecorded {
                election: "Comité social d’administration ministériel de l’éducation nationale".to_owned(),
                consultation: "Élections professionnelles 2026".to_owned(),
            },
            Letter::PasswordChanged,
            Letter::PasswordReset {
                link: url.clone(),
                valid: SignedDuration::from_hours(1),
            },
            Letter::IdentityPasswordReset {
                provider: "FranceConnect".to_owned(),
                link: url.clone(),
                valid: SignedDuration::from_hours(1),
            },
            Letter::IdentityPasswordResetAsked {
                provider: "FranceConnect".to_owned(),
                link: url.clone(),
            },
            Letter::ChallengeChanged,
            Letter::AddressChanged,
            Letter::ReissueLink {
                link: url.clone(),
                valid: SignedDuration::from_mins(20),
            },
            Letter::CodeReissued,
            Letter::TicketOpened {
                number: number.clone(),
                link: url.clone(),
            },
            Letter::TicketReply {
                number: number.clone(),
                link: url.clone(),
            },
            Letter::TicketClosed { number: number.clone() },
            Letter::ComplaintReceived {
                number: number.clone(),
                consultation: "Élections professionnelles 2026".to_owned(),
                days: 3,
            },
            Letter::ComplaintDecided {
                number,
                consultation: "Élections professionnelles 2026".to_owned(),
                link: url.clone(),
            },
            Letter::CandidacyFiled {
                number: "C-2026-000012".to_owned(),
                list: "UAP".to_owned(),
                election: "Comité social d’administration".to_owned(),
                digest: "ab".repeat(32),
                link: url.clone(),
            },
            Letter::CandidacyDecided {
                number: "C-2026-000012".to_owned(),
                election: "Comité social d’administration".to_owned(),
                what: Message::new("La liste est recevable.", "The list is accepted."),
                link: url.clone(),
            },
            Letter::IntegrityAlarm {
                board: "BVE du CSA".to_owned(),
                parts: "NkHrZ7QCf3Nf3h/roll".to_owned(),
                link: url.clone(),
            },
            Letter::BoardIncident {
                board: "BVE du CSA".to_owned(),
                what: Message::new(
                    "Un scrutin est suspendu\u{a0}: panne du réseau",
                    "An election is suspended: panne du réseau",
                ),
                link: url.clone(),
            },
            Letter::StaffInvitation { link: url, valid },
            Letter::Trial,
        ]
        .into_iter()
        .chain(MailingKind::ALL.map(mailing::tests::proposed))
        .chain([deadline::tests::near(7), deadline::tests::near(0)])
        .chain([Letter::MailingTrial(Box::new(mailing::tests::proposed(
            MailingKind::Reminder,
        )))])
        .collect()
    }

    fn texts() -> Vec<TextMessage> {
        vec![
            TextMessage::ReissueLink {
                link: LINK.to_owned(),
                valid: SignedDuration::from_mins(120),
            },
            TextMessage::ReissueLink {
                link: LINK.to_owned(),
                valid: SignedDuration::from_mins(90),
            },
            TextMessage::CodeReissued,
            TextMessage::BoardAlert { link: LINK.to_owned() },
            TextMessage::Trial,
        ]
    }

    #[test]
    fn every_letter_reads_well_in_both_languages() {
        for letter in letters() {
            for language in [Some(Language::French), Some(Language::English), None] {
                let words = letter.words(language, Some("Zoé d’Œuvray"), "Académie de Valbrune");
                let kind = letter.kind();
                assert!(
                    !words.subject.is_empty() && words.subject.chars().count() <= 120,
                    "{kind}: {}",
                    words.subject
                );
                assert!(!words.subject.contains(['\n', '\r']), "{kind}");
                for text in [&words.subject, &words.body] {
                    assert!(
                        !text.contains(['{', '}', '\'']),
                        "{kind}: an unfilled place or straight apostrophe: {text}"
                    );
                    assert!(
                        !text.contains("  ") && !text.contains('!') && !text.to_lowercase().contains("veuillez"),
                        "{kind}: {text}"
                    );
                }
                for line in words.body.lines() {
                    assert!(
                        line.chars().count() <= 78 || line == LINK,
                        "{kind}: a long line: {line}"
                    );
                    assert_eq!(line.trim_end(), line, "{kind}");
                }
                if language != Some(Language::English) {
                    let french = words.body.split("-- English --").next().unwrap();
                    for sign in [" ;", " ?", " :", "« ", " »", "..."] {
                        assert!(!french.contains(sign), "{kind}: {sign:?}: {french}");
                    }
                    assert!(french.contains("Bonjour Zoé d’Œuvray,") && french.contains("mot de passe ni votre code"));
                }
                assert_eq!(
                    words.body.matches("Académie de Valbrune").count(),
                    if language.is_none() { 2 } else { 1 }
                );
            }
        }
    }

    #[test]
    fn every_text_message_fits_in_one_sms() {
        for text in texts() {
            for language in [Some(Language::French), Some(Language::English), None] {
                let words = text.words(language);
                if text == TextMessage::Trial {
                    assert!(words.encode_utf16().count() <= 70, "{words}");
                    continue;
                }
                let septets = gsm::septets(&words);
                assert!(septets.is_some_and(|count| count <= 160), "{septets:?}: {words}");
            }
        }
    }

    #[test]
    fn nothing_that_a_person_typed_begins_a_line_or_goes_on_for_ever() {
        let name = "Eve\r\nBcc: all@example.org\u{2028}x";
        let words = Letter::PasswordChanged.words(Some(Language::French), Some(name), "O\nrg");
        assert!(words.body.contains("Bonjour Eve Bcc: all@example.org x,") && words.body.ends_with("O rg\n"));
        let ticket = Letter::TicketOpened {
            number: "1\r\nTo: b@example.org".to_owned(),
            link: LINK.to_owned(),
        };
        assert!(!ticket.words(None, None, "O").subject.contains(['\r', '\n']));
        assert!(one_line(&"x".repeat(5000)).len() <= LONGEST_VALUE);
    }

    #[test]
    fn durations_are_said_in_their_largest_unit() {
        let said = |minutes, language| lasting(SignedDuration::from_mins(minutes), language);
        assert_eq!(said(14 * 24 * 60, Language::French), "14\u{a0}jours");
        assert_eq!(said(60, Language::French), "1\u{a0}heure");
        assert_eq!(said(90, Language::English), "90\u{a0}minutes");
    }
}
