//! The linter of reissue policies: a table of policies with what is found, and a proof by exhaustion that no accepted policy yields a code to
//! whoever holds one factor.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::collections::BTreeSet;

use isoloir_domain::Calendar;
use isoloir_domain::policy_lint::{Finding, Rule, Severity, accepted, lint};
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::reissue::{Destination, Factor, PathRule, ReissuePath, ReissuePolicy};
use jiff::{SignedDuration, Timestamp};

use Factor::{Challenge, CivilStatus, FranceConnect, NirDigits, Numen, Session};

const FACTORS: [Factor; 6] = [Session, Challenge, Numen, NirDigits, FranceConnect, CivilStatus];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    let (opens, closes) = (at("2026-12-03T07:00:00Z"), at("2026-12-10T16:00:00Z"));
    Calendar::new(opens, closes, SignedDuration::from_mins(30)).unwrap()
}

fn path(path: ReissuePath, lines: &[&[Factor]]) -> PathRule {
    let destinations = match path {
        ReissuePath::Challenge => vec![Destination::PersonalPhone, Destination::PersonalMail],
        ReissuePath::FranceConnect => vec![Destination::FranceConnectMail],
    };
    PathRule {
        path,
        factors: lines.iter().map(|line| line.to_vec()).collect(),
        destinations,
    }
}

fn with_path(rule: PathRule, numen_opens_mailbox: bool) -> ReissuePolicy {
    ReissuePolicy {
        paths: vec![rule],
        numen_opens_mailbox,
        ..ReissuePolicy::default()
    }
}

fn codes(policy: &ReissuePolicy) -> Vec<&'static str> {
    lint(policy, &calendar())
        .iter()
        .map(|found| found.rule.code())
        .collect()
}

/// Path, lines of factors, whether the NUMEN opens the mailbox, and the codes found.
type Line<'a> = (ReissuePath, &'a [&'a [Factor]], bool, &'a [&'a str]);

#[test]
fn factors_of_a_path() {
    use ReissuePath::{Challenge as Defi, FranceConnect as Fc};
    let table: &[Line<'_>] = &[
        // What is accepted.
        (Defi, &[&[Session], &[Challenge], &[Numen]], false, &[]),
        (
            Defi,
            &[&[Session], &[Challenge], &[Numen, NirDigits]],
            false,
            &["nir_digits"],
        ),
        (Defi, &[&[Session], &[Challenge], &[NirDigits]], false, &["nir_digits"]),
        (Defi, &[&[Challenge], &[Numen]], false, &[]),
        (Fc, &[&[FranceConnect], &[Numen]], false, &[]),
        (Fc, &[&[Session], &[FranceConnect], &[Numen]], true, &[]),
        // One factor, however it is dressed.
        (Defi, &[&[Challenge]], false, &["one_factor"]),
        (Defi, &[&[Challenge], &[Challenge]], false, &["one_factor"]),
        (Defi, &[&[Challenge], &[Challenge, Numen]], false, &["one_factor"]),
        (Fc, &[&[FranceConnect]], false, &["franceconnect_alone"]),
        (
            Fc,
            &[&[FranceConnect], &[FranceConnect, Session]],
            false,
            &["franceconnect_alone"],
        ),
        // Civil status, said or hidden in digits.
        (
            Defi,
            &[&[CivilStatus]],
            false,
            &["civil_status_alone", "path_without_its_factor"],
        ),
        (Defi, &[], false, &["civil_status_alone", "path_without_its_factor"]),
        (
            Defi,
            &[&[NirDigits]],
            false,
            &["civil_status_alone", "path_without_its_factor", "nir_digits"],
        ),
        (Defi, &[&[Challenge], &[CivilStatus]], false, &["civil_status_second"]),
        (
            Defi,
            &[&[Challenge], &[NirDigits]],
            false,
            &["civil_status_second", "nir_digits"],
        ),
        (
            Defi,
            &[&[Challenge], &[Numen, CivilStatus]],
            false,
            &["civil_status_second"],
        ),
        (
            Fc,
            &[&[FranceConnect], &[Numen, NirDigits]],
            false,
            &["civil_status_second", "nir_digits"],
        ),
        // The NUMEN is the mailbox's first password.
        (
            Defi,
            &[&[Session], &[Challenge], &[Numen]],
            true,
            &["numen_and_mailbox"],
        ),
        (
            Defi,
            &[&[Session], &[Challenge], &[Numen, NirDigits]],
            true,
            &["numen_and_mailbox", "nir_digits"],
        ),
        (
            Defi,
            &[&[Session], &[Challenge], &[NirDigits]],
            true,
            &["numen_and_mailbox", "nir_digits"],
        ),
        // Two factors of one place.
        (
            Defi,
            &[&[Session], &[Challenge]],
            false,
            &["mailbox_alone", "voting_server_alone"],
        ),
        (Fc, &[&[Session], &[FranceConnect]], false, &["voting_server_alone"]),
        (
            Defi,
            &[&[Numen], &[NirDigits]],
            false,
            &["personnel_files_alone", "path_without_its_factor", "nir_digits"],
        ),
        (
            Defi,
            &[&[Numen], &[CivilStatus]],
            false,
            &["personnel_files_alone", "path_without_its_factor"],
        ),
        (
            Defi,
            &[&[Session, Numen], &[Challenge, NirDigits]],
            false,
            &[
                "personnel_files_alone",
                "civil_status_second",
                "path_without_its_factor",
                "nir_digits",
            ],
        ),
        // The path is not what it says.
        (
            Fc,
            &[&[Session], &[Challenge], &[Numen]],
            false,
            &["path_without_its_factor"],
        ),
        (
            Defi,
            &[&[Session], &[Challenge, FranceConnect], &[Numen]],
            false,
            &["path_without_its_factor"],
        ),
    ];
    for (kind, lines, numen_opens_mailbox, expected) in table {
        let policy = with_path(path(*kind, lines), *numen_opens_mailbox);
        let found: BTreeSet<_> = codes(&policy).into_iter().collect();
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        assert_eq!(found, expected, "{kind:?} {lines:?} {numen_opens_mailbox}");
    }
}

#[test]
fn destinations_of_a_path() {
    use Destination::{FranceConnectMail, PersonalMail, PersonalPhone, PortalMail};
    let table: &[(&[Destination], &[&str])] = &[
        (&[PersonalPhone, PersonalMail], &[]),
        (&[], &["no_destination"]),
        (&[PersonalPhone], &["one_channel"]),
        (&[PersonalMail], &["one_channel"]),
        (&[PortalMail], &["portal_mail", "one_channel"]),
        (&[PersonalPhone, PortalMail], &["portal_mail"]),
        (&[PersonalPhone, FranceConnectMail], &["no_franceconnect_mail"]),
    ];
    for (destinations, expected) in table {
        let rule = PathRule {
            destinations: destinations.to_vec(),
            ..path(ReissuePath::Challenge, &[&[Session], &[Challenge], &[Numen]])
        };
        assert_eq!(codes(&with_path(rule, false)), *expected, "{destinations:?}");
    }
}

#[test]
fn amounts_and_windows() {
    let base = Preset::TwoDomains.policy();
    let changed = |change: &dyn Fn(&mut ReissuePolicy)| {
        let mut policy = base.clone();
        change(&mut policy);
        codes(&policy)
    };
    let window = |opens: &str, closes: &str| {
        changed(&|policy| {
            policy.opens = Some(at(opens));
            policy.closes = Some(at(closes));
        })
    };
    assert!(changed(&|_| {}).is_empty());
    assert_eq!(changed(&|policy| policy.per_voter = 0), ["no_code"]);
    assert_eq!(changed(&|policy| policy.per_voter = 11), ["many_codes"]);
    assert_eq!(changed(&|policy| policy.link_hours = 0), ["link_too_short"]);
    assert!(changed(&|policy| policy.link_hours = 1).is_empty());
    assert!(changed(&|policy| policy.link_hours = 72).is_empty());
    assert_eq!(changed(&|policy| policy.link_hours = 73), ["link_too_long"]);
    assert_eq!(
        changed(&|policy| policy.paths.push(policy.paths[0].clone())),
        ["path_twice"]
    );
    assert_eq!(changed(&|policy| policy.paths.clear()), ["no_path"]);
    assert!(window("2026-12-01T07:00:00Z", "2026-12-10T16:00:00Z").is_empty());
    // 2011: the reissue closed on 12 October, the vote opened on the 13th.
    assert_eq!(
        window("2026-11-20T07:00:00Z", "2026-12-02T22:00:00Z"),
        ["window_closes_before_vote_opens"]
    );
    assert_eq!(
        window("2026-12-03T07:00:00Z", "2026-12-10T12:00:00Z"),
        ["window_closes_before_vote_closes"]
    );
    assert_eq!(
        window("2026-12-03T07:00:01Z", "2026-12-10T16:00:00Z"),
        ["window_opens_after_vote_opens"]
    );
    assert_eq!(window("2026-12-05T07:00:00Z", "2026-12-05T07:00:00Z"), ["window_empty"]);
}

/// What whoever holds one factor can show, civil status being everybody's: the NUMEN opens the mailbox, and the mailbox activates an account.
fn shown_with(factor: Factor, numen_opens_mailbox: bool) -> BTreeSet<Factor> {
    let mut shown = BTreeSet::from([factor, CivilStatus, NirDigits]);
    if factor == Numen && numen_opens_mailbox {
        shown.extend([Session, Challenge]);
    }
    shown
}

/// Every set of lines of up to three lines over the six factors, in both kinds of paths, with both answers about the NUMEN.
#[test]
fn no_accepted_policy_is_satisfied_by_any_single_factor() {
    let line = |bits: usize| -> Vec<Factor> { (0..6).filter(|i| bits >> i & 1 == 1).map(|i| FACTORS[i]).collect() };
    let lines: Vec<Vec<Factor>> = (1..64_usize).map(line).collect();
    let (mut accepted_ones, mut refused_ones) = (0_u32, 0_u32);
    let mut check = |chosen: &[&Vec<Factor>]| {
        for kind in [ReissuePath::Challenge, ReissuePath::FranceConnect] {
            let chosen: Vec<&[Factor]> = chosen.iter().map(|line| line.as_slice()).collect();
            let rule = path(kind, &chosen);
            for numen_opens_mailbox in [false, true] {
                let policy = with_path(rule.clone(), numen_opens_mailbox);
                if !accepted(&lint(&policy, &calendar())) {
                    refused_ones += 1;
                    continue;
                }
                accepted_ones += 1;
                for factor in FACTORS {
                    let shown = shown_with(factor, numen_opens_mailbox);
                    assert!(
                        !rule.satisfied_by(&shown),
                        "{factor:?} alone: {chosen:?}, {numen_opens_mailbox}"
                    );
                }
                let server = BTreeSet::from([Session, Challenge, FranceConnect, CivilStatus]);
                assert!(!rule.satisfied_by(&server), "the voting server alone: {chosen:?}");
                let files = BTreeSet::from([Numen, NirDigits, CivilStatus]);
                assert!(!rule.satisfied_by(&files), "the personnel's files alone: {chosen:?}");
            }
        }
    };
    check(&[]);
    for (i, first) in lines.iter().enumerate() {
        check(&[first]);
        for (j, second) in lines.iter().enumerate().skip(i) {
            check(&[first, second]);
            for third in lines.iter().skip(j) {
                check(&[first, second, third]);
            }
        }
    }
    assert!(
        accepted_ones > 100 && refused_ones > 100_000,
        "{accepted_ones} accepted, {refused_ones} refused"
    );
}

#[test]
fn presets_and_what_the_linter_thinks_of_them() {
    let found = |preset: Preset| codes(&preset.policy());
    assert_eq!(found(Preset::Seed), ["nir_digits"]);
    assert!(found(Preset::TwoDomains).is_empty());
    assert!(found(Preset::FranceConnect).is_empty());
    for preset in Preset::ALL {
        assert_eq!(preset.as_str().parse::<Preset>(), Ok(preset));
        let where_numen_opens_the_mailbox = ReissuePolicy {
            numen_opens_mailbox: true,
            ..preset.policy()
        };
        assert!(
            !accepted(&lint(&where_numen_opens_the_mailbox, &calendar())),
            "{preset}"
        );
        let text = serde_json::to_string(&preset.policy()).unwrap();
        assert_eq!(serde_json::from_str::<ReissuePolicy>(&text).unwrap(), preset.policy());
    }
    assert!("two-domains".parse::<Preset>().is_err());
}

#[test]
fn every_rule_has_its_own_code_two_messages_and_a_source() {
    let codes: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let said = rule.message();
        assert!(
            said.fr.len() > 20 && said.en.len() > 20 && said.fr != said.en,
            "{rule:?}"
        );
        assert!(rule.source().len() > 8, "{rule:?}");
        assert!(
            !said.fr.contains(" :") && !said.fr.contains('\''),
            "French typography: {}",
            said.fr
        );
    }
}

#[test]
fn what_is_refused_comes_first() {
    let mut policy = Preset::Seed.policy();
    policy.per_voter = 0;
    let found = lint(&policy, &calendar());
    let severities: Vec<Severity> = found.iter().map(|found| found.rule.severity()).collect();
    assert_eq!(severities, [Severity::Refused, Severity::Warning]);
    assert_eq!(
        found.first(),
        Some(&Finding {
            rule: Rule::NoCode,
            path: None
        })
    );
    assert!(!accepted(&found));
}
