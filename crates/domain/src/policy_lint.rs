//! Reads the rules of the reissue (*règles du réassort*) as a judge would: what is refused, what deserves a warning, and by which case or article.
//!
//! The heart of it is a question asked of every path: whoever holds one thing, and what everybody can find out, may they obtain a voting code?
//! One thing is a password, an answer, a NUMEN, a FranceConnect account, a mailbox, or the voting server itself (`Holding`). An accepted policy
//! answers no for each of them. The reasons stand in `docs/adr/0007-two-factors-from-two-domains.md`.
//!
//! Everything here is a pure function of the policy and the calendar: import, set-up, opening and `isoloir consultation lint` ask the same.

use std::collections::BTreeSet;

use crate::consultation::Calendar;
use crate::message::Message;
use crate::reissue::{Destination, Factor, PathRule, ReissuePath, ReissuePolicy};

/// Hours for which a link may be good at most. Codes annulled in 2022 had expired before they came; a link of a week waits for a thief.
pub const LONGEST_LINK_HOURS: u16 = 72;
/// Codes for one voter beyond which a policy deserves a warning.
const MANY_CODES: u16 = 10;

/// What a finding entails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// No consultation opens with it.
    Refused,
    /// The organiser should know, and may decide.
    Warning,
}

/// One thing that a single person may hold, and that must not be enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holding {
    Password,
    Answer,
    Numen,
    FranceConnect,
    Mailbox,
    VotingServer,
}

impl Holding {
    /// Factors by themselves.
    const SINGLE: [Self; 4] = [Self::Password, Self::Answer, Self::Numen, Self::FranceConnect];

    /// The factors that it yields.
    fn yields(self, policy: &ReissuePolicy) -> BTreeSet<Factor> {
        // The first mail activates the account: whoever reads it before the voter chooses both password and answer.
        let mailbox = [Factor::Session, Factor::Challenge];
        let behind_numen = mailbox.into_iter().filter(|_| policy.numen_opens_mailbox);
        match self {
            Self::Password => [Factor::Session].into(),
            Self::Answer => [Factor::Challenge].into(),
            Self::FranceConnect => [Factor::FranceConnect].into(),
            Self::Mailbox => mailbox.into(),
            Self::Numen => behind_numen.chain([Factor::Numen]).collect(),
            // The registrar takes its word for all three.
            Self::VotingServer => [Factor::Session, Factor::Challenge, Factor::FranceConnect].into(),
        }
    }
}

/// What anybody can find out about anybody (CE, 26 January 2021, n° 437989).
const CIVIL_STATUS: [Factor; 1] = [Factor::CivilStatus];
/// Sex, year, month and place of birth are those ten digits: civil status in other words.
const CIVIL_STATUS_IN_DIGITS: [Factor; 2] = [Factor::CivilStatus, Factor::NirDigits];

fn together(one: &BTreeSet<Factor>, others: &[Factor]) -> BTreeSet<Factor> {
    one.iter().chain(others).copied().collect()
}

/// A rule of the linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Nothing, or civil status, obtains a code.
    CivilStatusAlone,
    /// One factor obtains a code.
    OneFactor,
    /// FranceConnect obtains a code by itself.
    FranceConnectAlone,
    /// One factor and civil status, or the digits that say the same, obtain a code.
    CivilStatusSecond,
    /// The NUMEN opens the mailbox, the mailbox activates an account, and all three together obtain a code.
    NumenAndMailbox,
    /// Every factor is in the personnel's files.
    PersonnelFilesAlone,
    /// Every factor is chosen by whoever activates the account.
    MailboxAlone,
    /// Every factor is checked by the voting server, and the registrar checks none.
    VotingServerAlone,
    /// The link goes to the address that identifies the account.
    PortalMail,
    /// The link goes to an address that FranceConnect vouches for, on a path without FranceConnect.
    NoFranceConnectMail,
    /// The link can go nowhere.
    NoDestination,
    /// The path does not ask for what it is named after.
    PathWithoutItsFactor,
    /// A path is there twice.
    PathTwice,
    /// A voter may obtain no code at all.
    NoCode,
    /// A link is good for less than an hour.
    LinkTooShort,
    /// A link is good for days on end.
    LinkTooLong,
    /// The window is over before it begins.
    EmptyWindow,
    /// The window closes before the vote opens.
    ClosesBeforeVoteOpens,
    /// The window closes before the vote does.
    ClosesBeforeVoteCloses,
    /// The window opens after the vote does.
    OpensAfterVoteOpens,
    /// Ten digits of the social-security number are asked for.
    NirDigits,
    /// There is one channel only.
    OneChannel,
    /// One voter may obtain many codes.
    ManyCodes,
    /// No path is open.
    NoPath,
}

/// One thing found (*constat*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The path that it is about; `None` for the policy as a whole.
    pub path: Option<ReissuePath>,
}

/// Everything found, what is refused first. Empty: nothing to say.
#[must_use]
pub fn lint(policy: &ReissuePolicy, calendar: &Calendar) -> Vec<Finding> {
    let mut found = Vec::new();
    for (rank, rule) in policy.paths.iter().enumerate() {
        let of_path = |rule_found| Finding {
            rule: rule_found,
            path: Some(rule.path),
        };
        found.extend(factors(rule, policy).into_iter().map(of_path));
        found.extend(destinations(rule).into_iter().map(of_path));
        if policy.paths.iter().take(rank).any(|before| before.path == rule.path) {
            found.push(of_path(Rule::PathTwice));
        }
    }
    let whole = if policy.paths.is_empty() {
        vec![Rule::NoPath]
    } else {
        [amounts(policy), window(policy, calendar)].concat()
    };
    found.extend(whole.into_iter().map(|rule| Finding { rule, path: None }));
    found.sort_by_key(|finding| (finding.rule.severity(), finding.path, finding.rule));
    found
}

/// Whether a consultation may open with these findings.
#[must_use]
pub fn accepted(findings: &[Finding]) -> bool {
    findings
        .iter()
        .all(|finding| finding.rule.severity() == Severity::Warning)
}

/// Who could obtain a code by this path with one thing in hand.
fn factors(rule: &PathRule, policy: &ReissuePolicy) -> Vec<Rule> {
    let opens = |held: &BTreeSet<Factor>| {
        rule.factors
            .iter()
            .all(|line| line.iter().any(|one| held.contains(one)))
    };
    let mut found = Vec::new();
    if opens(&CIVIL_STATUS_IN_DIGITS.into()) {
        found.push(Rule::CivilStatusAlone);
    }
    if found.is_empty() {
        found.extend(Holding::SINGLE.into_iter().filter_map(|one| single(one, policy, opens)));
        found.sort();
        found.dedup();
    }
    if found.is_empty() {
        let places = [
            (Holding::Mailbox, Rule::MailboxAlone),
            (Holding::VotingServer, Rule::VotingServerAlone),
        ];
        let alone = |place: Holding| opens(&together(&place.yields(policy), &CIVIL_STATUS));
        found.extend(
            places
                .into_iter()
                .filter(|(place, _)| alone(*place))
                .map(|(_, rule)| rule),
        );
    }
    let own = match rule.path {
        ReissuePath::Challenge => Factor::Challenge,
        ReissuePath::FranceConnect => Factor::FranceConnect,
    };
    if !rule.factors.iter().any(|line| line.as_slice() == [own]) {
        found.push(Rule::PathWithoutItsFactor);
    }
    if rule.factors.iter().flatten().any(|factor| *factor == Factor::NirDigits) {
        found.push(Rule::NirDigits);
    }
    found
}

/// What is wrong when one factor, with what anybody can find out, opens the path.
fn single(one: Holding, policy: &ReissuePolicy, opens: impl Fn(&BTreeSet<Factor>) -> bool) -> Option<Rule> {
    let held = one.yields(policy);
    if opens(&held) {
        return Some(match one {
            Holding::FranceConnect => Rule::FranceConnectAlone,
            Holding::Numen if held.len() > 1 && !opens(&[Factor::Numen].into()) => Rule::NumenAndMailbox,
            _ => Rule::OneFactor,
        });
    }
    let second = opens(&together(&held, &CIVIL_STATUS_IN_DIGITS));
    second.then_some(match one {
        Holding::Numen if held.len() > 1 => Rule::NumenAndMailbox,
        // The personnel's files hold the NUMEN and civil status side by side.
        Holding::Numen => Rule::PersonnelFilesAlone,
        _ => Rule::CivilStatusSecond,
    })
}

fn destinations(rule: &PathRule) -> Vec<Rule> {
    let mut found = Vec::new();
    let goes = |to| rule.destinations.contains(&to);
    if rule.destinations.is_empty() {
        found.push(Rule::NoDestination);
    }
    if goes(Destination::PortalMail) {
        found.push(Rule::PortalMail);
    }
    if goes(Destination::FranceConnectMail) && rule.path != ReissuePath::FranceConnect {
        found.push(Rule::NoFranceConnectMail);
    }
    let channels: BTreeSet<_> = rule.destinations.iter().map(|to| to.channel()).collect();
    // FranceConnect vouches for an address; there is no second channel to offer that it vouches for.
    if channels.len() == 1 && rule.path == ReissuePath::Challenge {
        found.push(Rule::OneChannel);
    }
    found
}

fn amounts(policy: &ReissuePolicy) -> Vec<Rule> {
    let mut found = Vec::new();
    match policy.per_voter {
        0 => found.push(Rule::NoCode),
        many if many > MANY_CODES => found.push(Rule::ManyCodes),
        _ => {}
    }
    match policy.link_hours {
        0 => found.push(Rule::LinkTooShort),
        long if long > LONGEST_LINK_HOURS => found.push(Rule::LinkTooLong),
        _ => {}
    }
    found
}

fn window(policy: &ReissuePolicy, calendar: &Calendar) -> Vec<Rule> {
    let (opens, closes) = policy.window(calendar);
    if closes <= opens {
        return vec![Rule::EmptyWindow];
    }
    let mut found = Vec::new();
    if closes <= calendar.opens() {
        found.push(Rule::ClosesBeforeVoteOpens);
    } else if closes < calendar.closes() {
        found.push(Rule::ClosesBeforeVoteCloses);
    }
    if opens > calendar.opens() {
        found.push(Rule::OpensAfterVoteOpens);
    }
    found
}

/// What a rule says of itself.
struct Said {
    code: &'static str,
    severity: Severity,
    fr: &'static str,
    en: &'static str,
    source: &'static str,
}

const CE: &str = "CE, 26 janvier 2021, n°\u{a0}437989";
const CC: &str = "CC, 20 janvier 2023, n°\u{a0}2022-5813 AN";
const CNIL: &str = "CNIL, délibération n°\u{a0}2019-053 du 25 avril 2019";
// The number "cannot be considered a secret" that authenticates: the opinion’s own words, on a vote with FranceConnect.
const NIR: &str = "CNIL, avis n°\u{a0}2024-031 du 11 avril 2024; CE, 26 janvier 2021, n°\u{a0}437989";
const TRUST: &str = "CGFP, articles R.\u{a0}211-503 et suivants; SECURITY.md";
const YEAR_2011: &str = "Élections de 2011\u{a0}: réassort clos le 12 octobre, vote du 13 au 20";
const YEAR_2022: &str = "Élections de 2022\u{a0}: liens et codes arrivés après leur délai";

const fn refused(code: &'static str, fr: &'static str, en: &'static str, source: &'static str) -> Said {
    Said {
        code,
        severity: Severity::Refused,
        fr,
        en,
        source,
    }
}

const fn warning(code: &'static str, fr: &'static str, en: &'static str, source: &'static str) -> Said {
    Said {
        code,
        severity: Severity::Warning,
        fr,
        en,
        source,
    }
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::CivilStatusAlone,
        Self::OneFactor,
        Self::FranceConnectAlone,
        Self::CivilStatusSecond,
        Self::NumenAndMailbox,
        Self::PersonnelFilesAlone,
        Self::MailboxAlone,
        Self::VotingServerAlone,
        Self::PortalMail,
        Self::NoFranceConnectMail,
        Self::NoDestination,
        Self::PathWithoutItsFactor,
        Self::PathTwice,
        Self::NoCode,
        Self::LinkTooShort,
        Self::LinkTooLong,
        Self::EmptyWindow,
        Self::ClosesBeforeVoteOpens,
        Self::ClosesBeforeVoteCloses,
        Self::OpensAfterVoteOpens,
        Self::NirDigits,
        Self::OneChannel,
        Self::ManyCodes,
        Self::NoPath,
    ];

    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.said().code
    }

    /// What it entails.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.said().severity
    }

    /// The case, article or election that it rests on, in French as these are cited.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.said().source
    }

    /// What is wrong, and what would be right.
    #[must_use]
    pub fn message(self) -> Message {
        let said = self.said();
        Message::new(said.fr, said.en)
    }

    fn said(self) -> Said {
        match self {
            Self::CivilStatusAlone
            | Self::OneFactor
            | Self::FranceConnectAlone
            | Self::CivilStatusSecond
            | Self::NumenAndMailbox
            | Self::PersonnelFilesAlone
            | Self::MailboxAlone
            | Self::VotingServerAlone => self.said_of_factors(),
            Self::PortalMail
            | Self::NoFranceConnectMail
            | Self::NoDestination
            | Self::PathWithoutItsFactor
            | Self::PathTwice => self.said_of_paths(),
            _ => self.said_of_window(),
        }
    }

    fn said_of_factors(self) -> Said {
        match self {
            Self::CivilStatusAlone => refused(
                "civil_status_alone",
                "L’état civil, ou les dix chiffres qui le répètent, suffirait à obtenir un code. Nom, prénom, date et lieu de naissance ne prouvent pas une identité\u{a0}: des élections ont été annulées pour cela.",
                "Civil status, or the ten digits that repeat it, would be enough to obtain a code. Names, date and place of birth prove no identity: elections were annulled for this.",
                CE,
            ),
            Self::FranceConnectAlone => refused(
                "franceconnect_alone",
                "FranceConnect suffirait à lui seul. Demandez aussi la session du portail et un facteur que l’autorité des codes vérifie.",
                "FranceConnect would be enough by itself. Ask for the portal’s session too, and for a factor that the registrar checks.",
                CNIL,
            ),
            Self::CivilStatusSecond => refused(
                "civil_status_second",
                "Le second facteur est l’état civil, ou les dix premiers chiffres du numéro de sécurité sociale, qui en découlent\u{a0}: il ne reste qu’un seul facteur.",
                "The second factor is civil status, or the first ten digits of the social-security number, which follow from it: only one factor remains.",
                CE,
            ),
            Self::NumenAndMailbox => refused(
                "numen_and_mailbox",
                "Les règles disent que le NUMEN ouvre la messagerie professionnelle. Qui le connaît y lit le lien d’activation d’un compte jamais activé, y choisit mot de passe et réponse, et obtient le code\u{a0}: NUMEN et messagerie ne font qu’un.",
                "The policy says that the NUMEN opens the professional mailbox. Whoever knows it reads there the activation link of an account never activated, chooses password and answer, and obtains the code: NUMEN and mailbox are one.",
                CE,
            ),
            Self::PersonnelFilesAlone => refused(
                "personnel_files_alone",
                "Tous les facteurs figurent dans les fichiers du personnel\u{a0}: qui les consulte obtient le code de n’importe qui.",
                "Every factor stands in the personnel’s files: whoever reads them obtains anybody’s code.",
                CE,
            ),
            Self::MailboxAlone => refused(
                "mailbox_alone",
                "Session et réponse secrète sont choisies par qui ouvre le lien d’activation\u{a0}: une boîte de courriel suffirait. Demandez aussi un facteur que l’autorité des codes vérifie.",
                "Session and secret answer are chosen by whoever opens the activation link: one mailbox would be enough. Ask too for a factor that the registrar checks.",
                CNIL,
            ),
            Self::VotingServerAlone => refused(
                "voting_server_alone",
                "L’autorité des codes ne vérifierait rien elle-même\u{a0}: le serveur de vote, seul, obtiendrait les codes et pourrait voter pour les abstentionnistes. Demandez le NUMEN aussi.",
                "The registrar would check nothing itself: the voting server alone would obtain codes and could vote for those who abstain. Ask for the NUMEN too.",
                TRUST,
            ),
            _ => refused(
                "one_factor",
                "Un seul facteur suffirait à obtenir un code. Il en faut deux, indépendants.",
                "One factor would be enough to obtain a code. Two independent ones are needed.",
                CNIL,
            ),
        }
    }

    fn said_of_paths(self) -> Said {
        match self {
            Self::PortalMail => refused(
                "portal_mail",
                "Le lien irait à l’adresse qui identifie le compte\u{a0}: cette seule boîte, piratée, permettrait de voter.",
                "The link would go to the address that identifies the account: that one mailbox, broken into, would allow voting.",
                CE,
            ),
            Self::NoFranceConnectMail => refused(
                "no_franceconnect_mail",
                "L’adresse garantie par FranceConnect n’est connue que par la voie FranceConnect.",
                "The address that FranceConnect vouches for is known on the FranceConnect path only.",
                CNIL,
            ),
            Self::NoDestination => refused(
                "no_destination",
                "Le lien n’a nulle part où aller\u{a0}: indiquez un téléphone ou une messagerie.",
                "The link has nowhere to go: name a telephone or a mailbox.",
                CC,
            ),
            Self::PathTwice => refused(
                "path_twice",
                "La même voie est décrite deux fois\u{a0}: on ne saurait laquelle s’applique.",
                "The same path is described twice: nobody would know which one holds.",
                CNIL,
            ),
            _ => refused(
                "path_without_its_factor",
                "La voie ne demande pas, sur une ligne à elle, le facteur dont elle porte le nom.",
                "The path does not ask, on a line of its own, for the factor that it is named after.",
                CNIL,
            ),
        }
    }

    fn said_of_window(self) -> Said {
        match self {
            Self::NoCode => refused(
                "no_code",
                "`per_voter` vaut 0\u{a0}: personne n’obtiendrait de code. Fermez la voie, ou autorisez au moins un code.",
                "`per_voter` is 0: nobody would obtain a code. Close the path, or allow one code at least.",
                CC,
            ),
            Self::LinkTooShort => refused(
                "link_too_short",
                "Le lien vaudrait moins d’une heure\u{a0}: des messages arrivent plus tard, et le code serait mort avant d’être lu.",
                "The link would be good for less than an hour: messages come later than that, and the code would be dead before it is read.",
                YEAR_2022,
            ),
            Self::LinkTooLong => refused(
                "link_too_long",
                "Le lien vaudrait plus de 72 heures\u{a0}: oublié dans une boîte, il attend qui l’ouvrira.",
                "The link would be good for more than 72 hours: forgotten in a mailbox, it waits for whoever opens it.",
                CNIL,
            ),
            Self::EmptyWindow => refused(
                "window_empty",
                "Le réassort se termine avant de commencer.",
                "The reissue ends before it begins.",
                YEAR_2011,
            ),
            Self::ClosesBeforeVoteOpens => refused(
                "window_closes_before_vote_opens",
                "Le réassort ferme avant l’ouverture du vote\u{a0}: qui découvre alors la perte de son code ne voterait pas.",
                "The reissue closes before the vote opens: whoever then discovers that the code is lost would not vote.",
                YEAR_2011,
            ),
            Self::ClosesBeforeVoteCloses => refused(
                "window_closes_before_vote_closes",
                "Le réassort ferme avant le vote\u{a0}: les derniers électeurs en seraient privés.",
                "The reissue closes before the vote does: the last voters would be deprived of it.",
                YEAR_2011,
            ),
            Self::OpensAfterVoteOpens => warning(
                "window_opens_after_vote_opens",
                "Le réassort n’ouvre qu’après l’ouverture du vote\u{a0}: les premiers électeurs sans code attendront.",
                "The reissue opens after the vote has opened: the first voters without a code will wait.",
                YEAR_2011,
            ),
            Self::NirDigits => warning(
                "nir_digits",
                "Les dix premiers chiffres du numéro de sécurité sociale disent le sexe, l’année, le mois et la commune de naissance\u{a0}: ils découlent de l’état civil et des fichiers du personnel, et ne sont jamais comptés ici pour un facteur. Qui lit la messagerie d’un compte jamais activé n’aurait qu’eux à trouver. Le NUMEN seul est préférable, et l’usage de ce numéro veut une base légale.",
                "The first ten digits of the social-security number tell sex, year, month and town of birth: they follow from civil status and from the personnel’s files, and are never counted here as a factor. Whoever reads the mailbox of an account never activated would have only them to find. The NUMEN alone is better, and using that number takes a legal basis.",
                NIR,
            ),
            Self::OneChannel => warning(
                "one_channel",
                "Un seul canal d’envoi\u{a0}: quand les SMS ne sont pas distribués (11 à 38\u{a0}% en 2022), le vote est annulé. Offrez SMS et courriel.",
                "One channel only: where SMS were not delivered (11 to 38% in 2022) the election was annulled. Offer SMS and mail.",
                CC,
            ),
            Self::ManyCodes => warning(
                "many_codes",
                "Plus de dix codes pour un même électeur\u{a0}: chaque réassort est une occasion de plus pour un usurpateur.",
                "More than ten codes for one voter: each reissue is one more occasion for an impostor.",
                CNIL,
            ),
            _ => warning(
                "no_path",
                "Aucune voie de réassort en ligne\u{a0}: un code perdu ne se remplace que par l’autorité des codes, à la main.",
                "No path of reissue online: a lost code is replaced by the registrar only, by hand.",
                CC,
            ),
        }
    }
}
