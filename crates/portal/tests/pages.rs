//! Every page in both languages, drawn from plain values: one title, nothing inline, labels that name their fields, no broken anchor.
//!
//! With `ISOLOIR_GALLERY=DIR`, the pages are written there, to be looked at.

use std::collections::BTreeSet;

use isoloir_domain::ballot_box::SignedHead;
use isoloir_domain::complaint::{ComplaintNumber, Object, Status};
use isoloir_domain::delivery::{Channel, Status as DeliveryStatus};
use isoloir_domain::publication::{Place, RollPolicy, Window};
use isoloir_domain::reissue::{Destination, LinkState};
use isoloir_domain::texts::{Attachment, Text};
use isoloir_domain::ticket::{Author, TicketNumber, TicketStatus, Topic};
use isoloir_domain::{Calendar, Candidate, CandidateList, Language, Phase, Sex};
use isoloir_portal::captcha::{CaptchaProblem, CaptchaView};
use isoloir_portal::config::{
    AccessibilityAudit, Criterion, Demonstration, Judgement, SampleAccount, SampleCommand, SampleStaff,
};
use isoloir_portal::layout::{Agent, Chrome, SessionEnds, Who};
use isoloir_portal::pages::activation::{ActivationView, PasswordProblem, Rule};
use isoloir_portal::pages::assistance::{ConversationView, FormView as RequestForm, Problem, Sent};
use isoloir_portal::pages::ballot_box::{BoxEntry, BoxView, PublicBox, Search};
use isoloir_portal::pages::booth::{BoothElection, BoothView, Shut};
use isoloir_portal::pages::candidates::{CandidatesView, Draw, ListView as ShownList, Manifesto, PublicElection};
use isoloir_portal::pages::complaints::{ChoiceOfElection, ComplaintView, FormView, Rules};
use isoloir_portal::pages::elections::{AccountView, ElectionView, ElectionsView};
use isoloir_portal::pages::error::ErrorKind;
use isoloir_portal::pages::franceconnect::{EndedView, IdentityButton, ReissueEntry, VisitEnd, VisitFor};
use isoloir_portal::pages::home::{BallotsOfVoter, HomeView};
use isoloir_portal::pages::personal::PersonalView;
use isoloir_portal::pages::reissue::{AskProblems, ChallengeView, ChoiceView, FollowView};
use isoloir_portal::pages::results::{
    AudienceView, AverageRow, DrawView, ElectedView, Explanation, ListView, ResultsView, Round, SharesView,
    VerifiedView,
};
use isoloir_portal::pages::rolls::{RollEntry, RollView};
use isoloir_portal::pages::sign_in::{SignInProblem, SignInView};
use isoloir_portal::pages::staff::{InvitationProblem, InvitationView, StaffSignInProblem, StaffSignInView};
use isoloir_portal::pages::waiting_room::WaitView;
use isoloir_portal::pages::{
    about, activation, assistance, ballot_box, booth, candidates, complaints, demonstration, elections, error,
    franceconnect, help, home, personal, reissue, results, rolls, sign_in, staff, texts, waiting_room,
};
use isoloir_service::ask_reissue::ReissueWindow;
use isoloir_service::decide_complaint::{Complaint, ComplaintFile, Decision, WholeComplaint};
use isoloir_service::file_complaint::ComplaintField;
use isoloir_service::open_ticket::TicketField;
use isoloir_service::password::PasswordRule;
use isoloir_service::reissue_form::IdentifierAsked;
use isoloir_service::ticket_conversation::{Conversation, Ticket, TicketMessage};
use isoloir_theme::i18n::Lang;
use isoloir_theme::inbox::InboxMail;
use isoloir_theme::layout::{Conformity, Contact, Site};
use jiff::{SignedDuration, Timestamp};

const ELECTION: &str = "NkHrZ7QCf3Nf3h";
const TRACKER: &str = "q7Zr2mXo0Hn5v1TfYkS8dLwPbE3uJcA9xGiRtUoV4Nk";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::new(
        at("2026-12-03T07:00:00Z"),
        at("2026-12-10T16:00:00Z"),
        SignedDuration::from_mins(30),
    )
    .unwrap()
}

fn chrome(lang: Lang, signed_in: bool) -> Chrome {
    Chrome {
        lang,
        site: Site {
            title: "Élections professionnelles 2026".into(),
            organiser: "Académie de Valbrune (organisme fictif)".into(),
        },
        who: signed_in.then(|| Who {
            name: "Camille Durand".into(),
            last_sign_in: Some(at("2026-12-02T14:33:00Z")),
            ends: Some(SessionEnds {
                idle: at("2026-12-03T10:00:00Z"),
                absolute: at("2026-12-03T13:30:00Z"),
                now: at("2026-12-03T09:30:00Z"),
                warning: 120,
            }),
        }),
        agent: None,
        here: "/".into(),
        kiosk: false,
        demonstration: true,
        contact: Contact {
            phone: Some("00 00 00 00 00".into()),
            email: Some("assistance@valbrune.example".into()),
        },
        source_url: None,
        conformity: Conformity::None,
        preview: None,
    }
}

fn list(position: u32, name: &str, acronym: &str) -> CandidateList {
    let candidate = |rank, first: &str, last: &str| Candidate {
        rank,
        first_name: first.into(),
        last_name: last.into(),
        sex: if rank % 2 == 0 { Sex::Male } else { Sex::Female },
        born: None,
    };
    let names = [
        ("Inès", "Morel"),
        ("Hugo", "Lefort"),
        ("Awa", "Diallo"),
        ("Paul", "Garnier"),
        ("Lucie", "Vasseur"),
        ("Karim", "Benali"),
    ];
    let candidates = (1..)
        .zip(names)
        .map(|(rank, (first, last))| candidate(rank, first, last))
        .collect();
    CandidateList {
        position,
        name: name.into(),
        acronym: acronym.into(),
        filed: None,
        candidates,
    }
}

fn lists() -> Vec<CandidateList> {
    vec![
        list(1, "Syndicat libre de l’enseignement", "SLE"),
        list(2, "Union des agents publics", "UAP"),
        list(3, "Avenir des personnels", "AVENIR"),
        list(4, "Ensemble pour le service public", "ESP"),
    ]
}

const TITLES: [(&str, &str, u32); 3] = [
    ("Comité social d’administration ministériel", "8uQmKzVtR3pLdW", 15),
    ("Comité social d’administration de l’académie de Valbrune", ELECTION, 10),
    (
        "Commission administrative paritaire des professeurs certifiés",
        "Zx4TgYb9HnJcUe",
        19,
    ),
];

fn booth_view(cast: usize) -> BoothView {
    let elections = TITLES
        .iter()
        .enumerate()
        .map(|(index, (title, id, seats))| BoothElection {
            id: (*id).into(),
            fingerprint: TRACKER.into(),
            title: (*title).into(),
            seats: *seats,
            lists: lists().into(),
            logos: Vec::new(),
            voted: index < cast,
        })
        .collect();
    BoothView {
        voter: "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061".into(),
        receipt_key: "ab".repeat(32),
        registrar_key: "cd".repeat(32),
        elections,
        calendar: calendar(),
    }
}

fn box_view(search: Option<Search>, public: bool) -> BoxView {
    BoxView {
        id: ELECTION.into(),
        title: TITLES[1].0.into(),
        phase: if public { Phase::Closed } else { Phase::Open },
        head: Some(SignedHead {
            election: ELECTION.parse().unwrap(),
            event: "5e".repeat(32),
            signature: "a1".repeat(64),
        }),
        search,
        whole: public.then(|| PublicBox {
            total: 3127,
            trackers: (1..=6).map(|n| (n, TRACKER.to_owned())).collect(),
            next: Some(6),
            sidecar: true,
        }),
    }
}

/// The figures of the reference: 3,033 votes, ten seats, eight at the quotient.
fn results_view() -> ResultsView {
    let names = [
        "Union des agents publics",
        "Ensemble pour le service public",
        "Syndicat libre de l’enseignement",
        "Avenir des personnels",
    ];
    let figures = [(1214, 4, 0), (982, 3, 0), (541, 1, 1), (296, 0, 1)];
    let lists = names
        .iter()
        .zip(figures)
        .map(|(name, (votes, by_quotient, by_average))| ListView {
            name: (*name).into(),
            votes,
            by_quotient,
            by_average,
        })
        .collect();
    let round = |seat, rows: [(u64, &str, bool); 4]| Round {
        seat,
        rows: names
            .iter()
            .zip(figures)
            .zip(rows)
            .map(|((name, (votes, _, _)), (divisor, average, kept))| AverageRow {
                name: (*name).into(),
                votes,
                divisor,
                average: average.into(),
                kept,
            })
            .collect(),
        settled: None,
    };
    ResultsView {
        id: ELECTION.into(),
        title: TITLES[1].0.into(),
        registered: 4812,
        voters: 3127,
        blank: 94,
        expressed: 3033,
        seats: 10,
        lists,
        explanation: Some(Explanation {
            seats: 10,
            quotient: "303,30".into(),
            exact: true,
            over_quotient: ["4,00", "3,24", "1,78", "0,98"].map(str::to_owned).to_vec(),
            quotient_source: Some("Code général de la fonction publique, art. R. 211-118".into()),
            rounds: vec![
                round(
                    9,
                    [
                        (5, "242,80", false),
                        (4, "245,50", false),
                        (2, "270,50", false),
                        (1, "296,00", true),
                    ],
                ),
                round(
                    10,
                    [
                        (5, "242,80", false),
                        (4, "245,50", false),
                        (2, "270,50", true),
                        (2, "148,00", false),
                    ],
                ),
            ],
            average_source: None,
        }),
        elected: vec![ElectedView {
            list: names[0].into(),
            titular: ["Inès Morel", "Hugo Lefort", "Awa Diallo", "Paul Garnier"]
                .map(str::to_owned)
                .to_vec(),
            substitutes: vec!["Lucie Vasseur".into()],
        }],
        shares: Some(SharesView {
            women: 6,
            men: 4,
            women_percent: "60,00\u{a0}%".into(),
            represented: Some(("68,20\u{a0}%".into(), "1er\u{a0}janvier 2026".into())),
        }),
        audience: vec![AudienceView {
            list: names[1].into(),
            declared: true,
            unions: vec![
                ("Ensemble".into(), "589,20".into()),
                ("Service public".into(), "392,80".into()),
            ],
        }],
        verified: Some(VerifiedView {
            when: "10 décembre 2026 à 17:31".into(),
            checks: 30,
            archive: "5f".repeat(32),
        }),
        ..ResultsView::default()
    }
}

fn demo() -> Demonstration {
    Demonstration {
        accounts: vec![
            SampleAccount {
                name: "Camille Durand".into(),
                email: "camille.durand@valbrune.example".into(),
                password: Some("La-Maree-Monte-1".into()),
                code: Some("K7QM-2RTD-9XHF-4CAD".into()),
                numen: "000000VAL0001".into(),
            },
            SampleAccount {
                name: "Paul Garnier".into(),
                email: "paul.garnier@valbrune.example".into(),
                password: None,
                code: None,
                numen: String::new(),
            },
        ],
        staff: vec![SampleStaff {
            name: "Inès Moreau".into(),
            roles: "support".parse().unwrap(),
            email: "ines.moreau@valbrune.example".into(),
            password: "Phare-grenat-64".into(),
            secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into(),
        }],
        keys: vec![isoloir_portal::SampleKey {
            name: "Hélène Kervella".into(),
            file: "president.key".into(),
            contents: b"{}".to_vec(),
        }],
        commands: vec![SampleCommand {
            fr: "Fermer le vote :".into(),
            en: "Close the vote:".into(),
            command: "isoloir close --now".into(),
        }],
    }
}

fn home_pages(lang: Lang) -> Vec<(String, String)> {
    let view = |phase, now: &str, ballots| HomeView {
        calendar: calendar(),
        phase,
        now: at(now),
        ballots,
        foreword: true,
        answer_days: 3,
    };
    let some = |elections, cast| Some(BallotsOfVoter { elections, cast });
    [
        (
            "accueil-avant",
            true,
            view(Phase::Preparation, "2026-11-23T10:48:00Z", some(3, 0)),
        ),
        ("accueil", true, view(Phase::Open, "2026-12-03T09:36:00Z", some(3, 0))),
        (
            "accueil-anonyme",
            false,
            view(Phase::Open, "2026-12-03T09:36:00Z", None),
        ),
        (
            "accueil-reste",
            true,
            view(Phase::Open, "2026-12-03T09:36:00Z", some(3, 2)),
        ),
        (
            "accueil-vote",
            true,
            view(Phase::Open, "2026-12-03T09:36:00Z", some(3, 3)),
        ),
        (
            "accueil-grace",
            true,
            view(Phase::Grace, "2026-12-10T16:10:00Z", some(3, 2)),
        ),
        (
            "accueil-apres",
            false,
            view(Phase::Closed, "2026-12-10T17:00:00Z", None),
        ),
        (
            "accueil-depouille",
            false,
            view(Phase::Tallied, "2026-12-11T17:00:00Z", None),
        ),
    ]
    .into_iter()
    .map(|(name, signed_in, view)| {
        (
            name.to_owned(),
            home::render(&chrome(lang, signed_in), &view).into_string(),
        )
    })
    .collect()
}

fn account_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, false);
    let sign_in_view = |problem| SignInView {
        identifier: "camille@valbrune.example".into(),
        next: "/je-vote".into(),
        problem,
        captcha: None,
        kept_until: None,
    };
    let called = SignInView {
        kept_until: Some("09:32".into()),
        ..sign_in_view(None)
    };
    let waits = |before, refresh, estimate| WaitView {
        before,
        refresh,
        estimate,
        arrived: at("2026-12-03T07:01:00Z"),
        until: at("2026-12-03T09:01:00Z"),
    };
    let with_captcha = |problem| SignInView {
        captcha: Some(CaptchaView {
            id: "Tq9".into(),
            problem,
        }),
        ..sign_in_view(Some(SignInProblem::Captcha(problem)))
    };
    let activation_view = |problem| ActivationView {
        token: "T0ken".into(),
        name: "Camille Durand".into(),
        problem,
    };
    let refused = SignInProblem::Refused("Adresse ou mot de passe inexact.".into());
    vec![
        ("connexion".into(), sign_in::render(&c, &SignInView::default())),
        ("connexion-appelee".into(), sign_in::render(&c, &called)),
        (
            "attente".into(),
            waiting_room::render(&c, &waits(1_240, Some(10), Some(170))),
        ),
        (
            "attente-prochaine".into(),
            waiting_room::render(&c, &waits(0, None, None)),
        ),
        (
            "attente-une".into(),
            waiting_room::render(&c, &waits(1, Some(60), Some(20))),
        ),
        (
            "attente-longue".into(),
            waiting_room::render(&c, &waits(90_000, Some(60), Some(9_000))),
        ),
        ("attente-sans-cookies".into(), waiting_room::render_no_cookies(&c)),
        (
            "connexion-vide".into(),
            sign_in::render(
                &c,
                &sign_in_view(Some(SignInProblem::Incomplete {
                    identifier: true,
                    password: true,
                })),
            ),
        ),
        (
            "connexion-refus".into(),
            sign_in::render(&c, &sign_in_view(Some(refused))),
        ),
        ("connexion-captcha".into(), sign_in::render(&c, &with_captcha(None))),
        (
            "connexion-captcha-faux".into(),
            sign_in::render(&c, &with_captcha(Some(CaptchaProblem::Wrong))),
        ),
        (
            "connexion-requise".into(),
            sign_in::render(&c, &sign_in_view(Some(SignInProblem::Needed))),
        ),
        (
            "connexion-fin".into(),
            sign_in::render(&c, &sign_in_view(Some(SignInProblem::Ended))),
        ),
        (
            "deconnecte".into(),
            sign_in::render(&c, &sign_in_view(Some(SignInProblem::SignedOut))),
        ),
        ("activation".into(), activation::render(&c, &activation_view(None))),
        (
            "activation-faible".into(),
            activation::render(
                &c,
                &activation_view(Some(PasswordProblem::Broken(vec![Rule::Digit, Rule::Special]))),
            ),
        ),
        (
            "activation-vide".into(),
            activation::render(&c, &activation_view(Some(PasswordProblem::Empty))),
        ),
        (
            "activation-differe".into(),
            activation::render(&c, &activation_view(Some(PasswordProblem::Different))),
        ),
        (
            "active".into(),
            activation::render_done(&c, Some("jeudi 3 décembre 2026 à 8 h 00".into())),
        ),
        (
            "lien-mort".into(),
            activation::render_dead_link(&c, "Demandez-en un autre à l’assistance."),
        ),
    ]
    .into_iter()
    .map(|(name, page): (String, maud::Markup)| (name, page.into_string()))
    .collect()
}

fn voter_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, true);
    let election = |index: usize| ElectionView {
        id: TITLES[index].1.into(),
        title: TITLES[index].0.into(),
        seats: TITLES[index].2,
        lists: lists().into(),
        voted: index == 0,
        can_vote: index > 0,
    };
    let elections_view = ElectionsView {
        elections: (0..3).map(election).collect(),
        phase: Phase::Open,
        calendar: calendar(),
    };
    let none = ElectionsView {
        elections: Vec::new(),
        phase: Phase::Preparation,
        calendar: calendar(),
    };
    let account = AccountView {
        name: "Camille Durand".into(),
        number: "A-104-221".into(),
        email: Some("camille.durand@valbrune.example".into()),
        elections: TITLES.iter().map(|(title, _, _)| (*title).to_owned()).collect(),
    };
    vec![
        ("mes-scrutins".into(), elections::render(&c, &elections_view)),
        ("mes-scrutins-aucun".into(), elections::render(&c, &none)),
        ("mon-compte".into(), elections::render_account(&c, &account)),
        ("je-vote".into(), booth::render(&c, &booth_view(0))),
        ("je-vote-reste".into(), booth::render(&c, &booth_view(1))),
        (
            "je-vote-avant".into(),
            booth::render_shut(&c, Shut::Phase(Phase::Preparation), &calendar()),
        ),
        (
            "je-vote-clos".into(),
            booth::render_shut(&c, Shut::Phase(Phase::Closed), &calendar()),
        ),
        (
            "je-vote-grace".into(),
            booth::render_shut(&c, Shut::Phase(Phase::Grace), &calendar()),
        ),
        (
            "je-vote-pret".into(),
            booth::render_shut(&c, Shut::Phase(Phase::Open), &calendar()),
        ),
        (
            "je-vote-fait".into(),
            booth::render_shut(&c, Shut::AllCast, &calendar()),
        ),
        (
            "je-vote-aucun".into(),
            booth::render_shut(&c, Shut::NoElection, &calendar()),
        ),
    ]
    .into_iter()
    .map(|(name, page): (String, maud::Markup)| (name, page.into_string()))
    .collect()
}

fn ticket(status: TicketStatus, topic: Topic, signed_in: bool) -> Ticket {
    Ticket {
        number: TicketNumber::new(2026, 123),
        consultation: "essai-2026".parse().unwrap(),
        form: [0; 32],
        voter: signed_in.then(|| "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061".parse().unwrap()),
        name: "Camille Durand".into(),
        contact: "camille.durand@valbrune.example".into(),
        staff_number: "A-104-221".into(),
        language: Language::French,
        topic,
        status,
        opened: at("2026-12-03T09:00:00Z"),
        updated: at("2026-12-03T10:00:00Z"),
        agent: None,
    }
}

fn assistance_pages(lang: Lang) -> Vec<(String, String)> {
    let (signed_in, stranger) = (chrome(lang, true), chrome(lang, false));
    let problem = |field, words: &str| Problem {
        field,
        words: words.into(),
    };
    let form = |problems, captcha: Option<Option<CaptchaProblem>>| RequestForm {
        token: "T0ken".into(),
        topic: Some(Topic::VotingCode),
        body: "Je n’ai pas reçu mon code.".into(),
        problems,
        captcha: captcha.map(|problem| CaptchaView {
            id: "Tq9".into(),
            problem,
        }),
        ..RequestForm::default()
    };
    let every_field = vec![
        problem(Some(TicketField::Name), "Écrivez votre nom."),
        problem(Some(TicketField::Contact), "Indiquez une adresse."),
        problem(Some(TicketField::Number), "Trop long."),
        problem(Some(TicketField::Topic), "Choisissez l’objet."),
        problem(Some(TicketField::Body), "Écrivez votre demande."),
    ];
    let general = vec![problem(None, "Vous avez déjà dix demandes en cours.")];
    let message = |position, author, body: &str| TicketMessage {
        position,
        author,
        agent: None,
        body: body.into(),
        at: at("2026-12-03T09:00:00Z"),
    };
    let view = |status, topic, sent, problems| ConversationView {
        conversation: Conversation {
            ticket: ticket(status, topic, sent != Some(Sent::Request)),
            messages: vec![
                message(1, Author::Person, "Le bouton « Voter » ne répond pas.\n\nQue faire ?"),
                message(2, Author::Agent, "Essayez un autre navigateur."),
            ],
        },
        action: "/assistance/A-2026-000123".into(),
        sent,
        token: "T0ken".into(),
        body: String::new(),
        problems,
    };
    let mine = [
        ticket(TicketStatus::Waiting, Topic::Vote, true),
        ticket(TicketStatus::New, Topic::Other, true),
    ];
    let shown = |c: &Chrome, status, topic, sent, problems| {
        assistance::render_conversation(c, &view(status, topic, sent, problems))
    };
    let empty_reply = vec![problem(Some(TicketField::Body), "Écrivez votre demande.")];
    vec![
        (
            "assistance",
            assistance::render(&stranger, &[], Some(&form(vec![], Some(None)))),
        ),
        (
            "assistance-vide",
            assistance::render(&stranger, &[], Some(&form(every_field, Some(None)))),
        ),
        (
            "assistance-captcha-faux",
            assistance::render(&stranger, &[], Some(&form(vec![], Some(Some(CaptchaProblem::Wrong))))),
        ),
        ("assistance-sans-consultation", assistance::render(&stranger, &[], None)),
        (
            "assistance-connecte",
            assistance::render(&signed_in, &mine, Some(&form(vec![], None))),
        ),
        (
            "assistance-refus",
            assistance::render(&signed_in, &mine, Some(&form(general, None))),
        ),
        (
            "demande-nouvelle",
            shown(
                &stranger,
                TicketStatus::New,
                Topic::VotingCode,
                Some(Sent::Request),
                vec![],
            ),
        ),
        (
            "demande",
            shown(&signed_in, TicketStatus::Waiting, Topic::Vote, None, vec![]),
        ),
        (
            "demande-message",
            shown(&signed_in, TicketStatus::Open, Topic::Vote, Some(Sent::Reply), vec![]),
        ),
        (
            "demande-vide",
            shown(&signed_in, TicketStatus::Open, Topic::Vote, None, empty_reply),
        ),
        (
            "demande-close",
            shown(&signed_in, TicketStatus::Closed, Topic::Vote, None, vec![]),
        ),
    ]
    .into_iter()
    .map(|(name, page)| (name.to_owned(), page.into_string()))
    .collect()
}

fn public_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, false);
    let phases = [Phase::Open, Phase::Closed, Phase::Tallied];
    let entries: Vec<BoxEntry> = TITLES
        .iter()
        .zip(phases)
        .map(|((title, id, _), phase)| BoxEntry {
            id: (*id).into(),
            title: (*title).into(),
            phase,
        })
        .collect();
    let found = Search::Found {
        tracker: TRACKER.into(),
        rank: None,
    };
    let absent = Search::Absent {
        tracker: TRACKER.into(),
    };
    let audit = AccessibilityAudit {
        auditor: "Cabinet Exemple".into(),
        date: "2\u{a0}novembre 2026".into(),
        tools: vec!["Firefox 145 et NVDA 2026.2".into()],
        pages: vec!["Accueil".into(), "Isoloir".into()],
        criteria: [
            Judgement::Met,
            Judgement::NotMet,
            Judgement::Exempt,
            Judgement::NotApplicable,
        ]
        .into_iter()
        .enumerate()
        .map(|(rank, result)| Criterion {
            number: format!("1.{rank}"),
            result,
            note: "note de l’auditeur".into(),
        })
        .collect(),
    };
    let mail = InboxMail {
        sms: false,
        to: "camille.durand@valbrune.example".into(),
        subject: "Activez votre compte".into(),
        body: "Bonjour,\n\nhttp://127.0.0.1:8080/activation/T0ken\n\nCordialement".into(),
        at: at("2026-11-20T09:00:00Z"),
    };
    let undecided = ResultsView {
        explanation: None,
        undecided: Some("Tirage au sort entre deux listes.".into()),
        ..results_view()
    };
    let drawn = ResultsView {
        draw: Some(DrawView {
            date: "11\u{a0}décembre 2026".into(),
            place: "Siège de l’académie de Valbrune".into(),
            present: "Mme Roy, présidente, M. Petit, délégué".into(),
            method: "Deux papiers identiques dans une urne, tirés par la présidente".into(),
            winners: "Avenir des personnels".into(),
        }),
        ..results_view()
    };
    let withheld = ResultsView {
        withheld: true,
        voters: 4,
        blank: 0,
        expressed: 0,
        explanation: None,
        audience: Vec::new(),
        designation_days: Some(20),
        ..results_view()
    };
    vec![
        ("urnes".into(), ballot_box::render_list(&c, &entries)),
        ("urnes-aucune".into(), ballot_box::render_list(&c, &[])),
        (
            "urne-en-preparation".into(),
            ballot_box::render(
                &c,
                &BoxView {
                    head: None,
                    ..box_view(None, false)
                },
            ),
        ),
        ("urne-ouverte".into(), ballot_box::render(&c, &box_view(None, false))),
        ("urne-close".into(), ballot_box::render(&c, &box_view(None, true))),
        (
            "urne-trouve".into(),
            ballot_box::render(&c, &box_view(Some(found), true)),
        ),
        (
            "urne-absent".into(),
            ballot_box::render(&c, &box_view(Some(absent), false)),
        ),
        (
            "urne-pas-un-suivi".into(),
            ballot_box::render(&c, &box_view(Some(Search::NotATracker { typed: "q7Zr".into() }), false)),
        ),
        ("resultats-liste".into(), results::render_list(&c, &entries)),
        ("resultats".into(), results::render(&c, &results_view())),
        ("resultats-tirage".into(), results::render(&c, &undecided)),
        ("resultats-tires".into(), results::render(&c, &drawn)),
        ("resultats-retenus".into(), results::render(&c, &withheld)),
        (
            "resultats-attente".into(),
            results::render_pending(&c, TITLES[1].0, Phase::Closed),
        ),
        ("aide".into(), help::render(&c)),
        ("accessibilite".into(), about::render_accessibility(&c, None)),
        (
            "accessibilite-audit".into(),
            about::render_accessibility(&c, Some(&audit)),
        ),
        (
            "donnees-personnelles".into(),
            about::render_privacy(&c, Some(&organiser_words())),
        ),
        (
            "mentions-legales".into(),
            about::render_legal(&c, None, Some(&organiser_words())),
        ),
        (
            "demonstration".into(),
            demonstration::render(&c, &demo(), &["287082".to_owned()]),
        ),
        (
            "boite".into(),
            demonstration::render_inbox(&c, "http://127.0.0.1:8080", "http://127.0.0.1:8081", &[mail]),
        ),
    ]
    .into_iter()
    .map(|(name, page): (String, maud::Markup)| (name, page.into_string()))
    .chain(ErrorKind::ALL.map(|kind| {
        (
            format!("erreur-{}", kind.status()),
            error::render(&c, kind, None).into_string(),
        )
    }))
    .collect()
}

fn content_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, true);
    let shown = |manifesto: bool| CandidatesView {
        title: TITLES[1].0.into(),
        seats: TITLES[1].2,
        lists: lists()
            .into_iter()
            .map(|list| ShownList {
                logo: None,
                manifesto: (manifesto && list.position != 2).then(|| Manifesto {
                    href: format!("/fichiers/{}", "ab".repeat(32)),
                    pages: 2,
                    size: 181_204,
                }),
                list,
            })
            .collect(),
        draw: Draw {
            on: manifesto.then(|| "2026-10-20".parse().unwrap()),
            how: manifesto.then(|| "Tirage en séance publique".to_owned()),
        },
        own: manifesto,
    };
    let public: Vec<PublicElection> = TITLES
        .iter()
        .map(|(title, id, seats)| PublicElection {
            id: (*id).into(),
            title: (*title).into(),
            seats: *seats,
            lists: 4,
        })
        .collect();
    let window = Window {
        from: Some(at("2026-10-05T06:00:00Z")),
        until: at("2026-12-10T16:00:00Z"),
    };
    let entries: Vec<RollEntry> = [Place::Inside, Place::Before, Place::After]
        .into_iter()
        .zip(TITLES)
        .map(|(place, (title, id, _))| RollEntry {
            id: id.into(),
            title: title.into(),
            registered: 4812,
            window,
            place,
        })
        .collect();
    let roll = |lines: usize, search: &str| RollView {
        id: ELECTION.into(),
        title: TITLES[1].0.into(),
        registered: 4812,
        own: ("Durand".into(), "Camille".into()),
        search: search.into(),
        lines: (0..lines).map(|n| (format!("Durand-{n}"), "Alix".into())).collect(),
        next: (lines > 10).then(|| "ZHVyYW5k".into()),
        later: lines > 10,
    };
    let personal = |email: Option<&str>| PersonalView {
        last_name: "Durand".into(),
        first_name: "Camille".into(),
        number: "A-104-221".into(),
        email: email.map(str::to_owned),
        elections: vec![(TITLES[1].0.into(), Some(at("2026-10-05T06:00:00Z")))],
        roll: RollPolicy {
            source: email.map(|_| "système de gestion des personnels".into()),
            dated: Some("2026-10-04".parse().unwrap()),
            ..RollPolicy::default()
        },
        dpo: email.map(|_| "dpo@valbrune.example".into()),
    };
    let faq = isoloir_service::publish_text::default_faq().unwrap();
    vec![
        ("edito", texts::render_foreword(&c, &organiser_words())),
        (
            "questions",
            texts::render_questions(&c, &faq, Some(at("2026-12-05T10:00:00Z")), ""),
        ),
        (
            "questions-cherche",
            texts::render_questions(&c, &faq, Some(at("2026-12-05T10:00:00Z")), "code"),
        ),
        (
            "questions-rien",
            texts::render_questions(&c, &faq, Some(at("2026-12-05T10:00:00Z")), "zzz"),
        ),
        ("candidatures", candidates::render(&c, &shown(true))),
        ("candidatures-publiques", candidates::render(&c, &shown(false))),
        ("candidatures-liste", candidates::render_public(&c, &public)),
        ("candidatures-cachees", candidates::render_public(&c, &[])),
        ("listes", rolls::render_list(&c, &entries)),
        ("listes-aucune", rolls::render_list(&c, &[])),
        ("liste", rolls::render(&c, &roll(50, ""))),
        ("liste-cherche", rolls::render(&c, &roll(3, "duran"))),
        ("liste-personne", rolls::render(&c, &roll(0, "\"><b>"))),
        (
            "mes-informations",
            personal::render(&c, &personal(Some("camille.durand@valbrune.example"))),
        ),
        ("mes-informations-papier", personal::render(&c, &personal(None))),
    ]
    .into_iter()
    .map(|(name, page)| (name.to_owned(), page.into_string()))
    .collect()
}

fn organiser_words() -> Text {
    Text {
        attachment: Some(Attachment {
            digest: [7; 32],
            size: 120_000,
            pages: 2,
        }),
        since: Some(at("2026-11-20T10:00:00Z")),
        language: Language::French,
        body: "## Voter prend quelques minutes\n\nSuivez le [parcours de vote](/tutoriels/vote).".into(),
    }
}

fn complaint_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, true);
    let rules = |place| Rules {
        window: Window {
            from: Some(at("2026-10-05T06:00:00Z")),
            until: at("2026-12-03T07:00:00Z"),
        },
        place,
        answer_days: 3,
        text: Some(organiser_words()),
    };
    let complaint = |status, decided: bool| Complaint {
        number: ComplaintNumber::new(2026, 123),
        consultation: "essai-2026".parse().unwrap(),
        voter: None,
        last_name: "Durand".into(),
        first_name: "Camille".into(),
        staff_number: "A-104-221".into(),
        contact: "camille.durand@valbrune.example".into(),
        object: Object::OtherPerson,
        election: Some(ELECTION.parse().unwrap()),
        other_person: "Alix Durand".into(),
        body: "Alix Durand a quitté l’académie.\n<script>alert(1)</script>".into(),
        filed: at("2026-11-20T10:00:00Z"),
        due: at("2026-11-23T10:00:00Z"),
        status,
        decision: decided.then(|| Decision {
            at: at("2026-11-22T10:00:00Z"),
            by: "agent-7".into(),
            reasons: "La mutation prend effet après le scrutin.".into(),
            effect: "Aucun changement.".into(),
        }),
    };
    let one = |status, decided, files: Option<&str>| ComplaintView {
        whole: WholeComplaint {
            complaint: complaint(status, decided),
            files: vec![ComplaintFile {
                position: 1,
                by_organiser: decided,
                name: "justificatif.pdf".into(),
                media_type: "application/pdf".into(),
                size: 48_120,
            }],
        },
        election: Some(TITLES[1].0.into()),
        new: !decided,
        files: files.map(str::to_owned),
    };
    let form = |problem, absent| FormView {
        token: "T0ken".into(),
        elections: TITLES
            .iter()
            .map(|(title, id, _)| ChoiceOfElection {
                id: (*id).into(),
                title: (*title).into(),
            })
            .collect(),
        values: [
            ("objet", "wrong_data"),
            ("texte", "</textarea><script>"),
            ("nom", "\"><b>"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        files_lost: problem,
        problem: problem.then(|| (Some(ComplaintField::Body), "Écrivez ce que vous contestez.".to_owned())),
        absent,
        captcha: absent.then(|| CaptchaView {
            id: "C0de".to_owned(),
            problem: None,
        }),
    };
    let all =
        [Status::Open, Status::Accepted, Status::Rejected].map(|status| complaint(status, status != Status::Open));
    vec![
        ("reclamations", complaints::render_list(&c, &rules(Place::Inside), &all)),
        (
            "reclamations-avant",
            complaints::render_list(&c, &rules(Place::Before), &[]),
        ),
        (
            "reclamations-apres",
            complaints::render_list(&c, &rules(Place::After), &[]),
        ),
        (
            "reclamation-formulaire",
            complaints::render_form(&c, &rules(Place::Inside), &form(false, false)),
        ),
        (
            "reclamation-erreur",
            complaints::render_form(&c, &rules(Place::Inside), &form(true, false)),
        ),
        (
            "reclamation-absent",
            complaints::render_form(&c, &rules(Place::Inside), &form(false, true)),
        ),
        (
            "reclamation-close",
            complaints::render_form(&c, &rules(Place::After), &form(false, true)),
        ),
        (
            "reclamation-recue",
            complaints::render(
                &c,
                &one(Status::Open, false, Some("/reclamations/R-2026-000123/pieces/")),
            ),
        ),
        (
            "reclamation-suivie",
            complaints::render(&c, &one(Status::Open, false, None)),
        ),
        (
            "reclamation-rejetee",
            complaints::render(
                &c,
                &one(Status::Rejected, true, Some("/reclamations/R-2026-000123/pieces/")),
            ),
        ),
        (
            "reclamation-acceptee",
            complaints::render(&c, &one(Status::Accepted, true, None)),
        ),
    ]
    .into_iter()
    .map(|(name, page)| (name.to_owned(), page.into_string()))
    .collect()
}

fn staff_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, false);
    let signed_in = Chrome {
        agent: Some(Agent {
            name: "Inès Moreau".into(),
            roles: "support,organiser".parse().unwrap(),
            last_sign_in: Some(at("2026-12-02T14:33:00Z")),
        }),
        ..c.clone()
    };
    let sign_in = |problem| {
        let view = StaffSignInView {
            email: "ines.moreau@valbrune.example".into(),
            next: "/gestion/assistance".into(),
            problem,
        };
        staff::render_sign_in(&c, &view)
    };
    let missing = StaffSignInProblem::Incomplete {
        email: true,
        password: true,
        code: true,
    };
    let invitation = |problem| {
        let view = InvitationView {
            token: "T0ken".into(),
            name: "Inès Moreau".into(),
            email: "ines.moreau@valbrune.example".into(),
            roles: "support".parse().unwrap(),
            secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into(),
            address: "otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=a".into(),
            problem,
        };
        staff::render_invitation(&c, &view)
    };
    // The dashboard shows only what is in the table of routes.
    let routes: Vec<_> = isoloir_portal::routes::table();
    let places = staff::PLACES.iter().map(|(path, ..)| *path);
    let all: Vec<&str> = places
        .filter(|path| routes.iter().any(|declared| declared.path == *path))
        .collect();
    let broken = vec![PasswordRule::Length, PasswordRule::Digit];
    [
        ("agent-connexion", sign_in(None)),
        ("agent-connexion-manque", sign_in(Some(missing))),
        (
            "agent-connexion-refus",
            sign_in(Some(StaffSignInProblem::Refused("Refusé.".into()))),
        ),
        ("agent-connexion-requise", sign_in(Some(StaffSignInProblem::Needed))),
        ("agent-session-finie", sign_in(Some(StaffSignInProblem::Ended))),
        ("agent-au-revoir", sign_in(Some(StaffSignInProblem::SignedOut))),
        ("agent-active", sign_in(Some(StaffSignInProblem::Enrolled))),
        ("agent-invitation", invitation(None)),
        (
            "agent-invitation-regles",
            invitation(Some(InvitationProblem::Password(broken))),
        ),
        (
            "agent-invitation-differents",
            invitation(Some(InvitationProblem::Different)),
        ),
        ("agent-invitation-code", invitation(Some(InvitationProblem::Code))),
        (
            "agent-invitation-morte",
            staff::render_dead_invitation(&c, "Trop ancienne."),
        ),
        (
            "agent-tableau",
            staff::render_dashboard(&signed_in, &all, Some("Élections 2026")),
        ),
        ("agent-tableau-vide", staff::render_dashboard(&signed_in, &[], None)),
        ("agent-autre-role", staff::render_forbidden(&signed_in)),
    ]
    .map(|(name, page)| (name.to_owned(), page.into_string()))
    .to_vec()
}

fn provider_entry(problem: Option<&str>) -> ReissueEntry {
    ReissueEntry {
        button: IdentityButton {
            name: "FranceConnect".into(),
            help: Some("https://franceconnect.gouv.fr/".into()),
            picture: problem.is_none(),
            hover: problem.is_none(),
        },
        identifier: Some(IdentifierAsked::Numen),
        problem: problem.map(str::to_owned),
    }
}

/// How a visit to the provider of identities ends, in each way.
fn identity_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, true);
    let sent = |minutes, signed_out| VisitEnd::Sent { minutes, signed_out };
    let ends = [
        sent(60, true),
        sent(240, false),
        VisitEnd::Declined,
        VisitEnd::NotRecognised,
        VisitEnd::NoMailbox,
        VisitEnd::SessionEnded,
        VisitEnd::ProviderSilent,
        VisitEnd::TooLate,
        VisitEnd::LevelTooLow,
        VisitEnd::NotBelieved,
        VisitEnd::Refused(isoloir_domain::Message::new("Refusé", "Refused")),
        VisitEnd::Lost,
    ];
    let purposes = [VisitFor::Reissue, VisitFor::Password, VisitFor::Unknown];
    let mut pages: Vec<_> = ends
        .iter()
        .enumerate()
        .map(|(rank, end)| {
            let view = EndedView {
                name: "FranceConnect".into(),
                purpose: purposes[rank % purposes.len()],
                end: end.clone(),
            };
            (
                format!("identity-{rank}"),
                franceconnect::render_ended(&c, &view).into_string(),
            )
        })
        .collect();
    let wrong = franceconnect::render_reissue(&c, &provider_entry(Some("Il manque")));
    pages.push(("identity-wrong".into(), wrong.into_string()));
    pages
}

/// The request for a new code in each of its states.
fn reissue_pages(lang: Lang) -> Vec<(String, String)> {
    let c = chrome(lang, true);
    let choice = |window, provider: bool| {
        let view = ChoiceView {
            window,
            challenge: Some(Some(IdentifierAsked::Numen)),
            provider: provider.then(|| provider_entry(None)),
        };
        reissue::render_choice(&c, &view)
    };
    let (opens, closes) = (calendar().opens(), calendar().closes());
    let view = ChallengeView {
        question: Some("Quelle était la marque de votre première voiture\u{202f}?".into()),
        identifier: Some(IdentifierAsked::Either),
        destinations: vec![Destination::PersonalPhone, Destination::PersonalMail],
        link_hours: 4,
        ..ChallengeView::default()
    };
    let wrong = ChallengeView {
        chosen: Some(Destination::PersonalPhone),
        phone: "+262 692 00 00 42".into(),
        problems: AskProblems {
            answer: Some("Saisissez votre réponse secrète.".into()),
            identifier: Some("Il manque 2\u{a0}chiffres\u{a0}: vous en avez saisi 8, il en faut 10.".into()),
            ..AskProblems::default()
        },
        ..view.clone()
    };
    let down = ChallengeView {
        problems: AskProblems {
            other: Some("L’autorité des codes ne répond pas. Rien n’est perdu.".into()),
            ..AskProblems::default()
        },
        ..wrong.clone()
    };
    let no_channel = ChallengeView {
        problems: AskProblems {
            channel: Some("Choisissez comment recevoir le lien.".into()),
            ..AskProblems::default()
        },
        ..view.clone()
    };
    let without_question = ChallengeView {
        question: None,
        ..view.clone()
    };
    let link = |channel, status, problem: Option<&str>| {
        let state = LinkState {
            channel,
            status,
            expires: 1_796_299_200,
            again: false,
        };
        let view = FollowView::Link {
            state,
            other_channel: true,
            problem: problem.map(str::to_owned),
        };
        reissue::render_follow(&c, &view)
    };
    let mut pages = vec![
        ("reassort".to_owned(), choice(ReissueWindow::Open { closes }, false)),
        ("reassort-deux".to_owned(), choice(ReissueWindow::Open { closes }, true)),
        (
            "reassort-avant".to_owned(),
            choice(ReissueWindow::Before { opens }, false),
        ),
        (
            "reassort-apres".to_owned(),
            choice(ReissueWindow::Over { closed: closes }, false),
        ),
        ("reassort-ferme".to_owned(), choice(ReissueWindow::NoPath, false)),
        ("reassort-defi".to_owned(), reissue::render_challenge(&c, &view)),
        ("reassort-defi-erreur".to_owned(), reissue::render_challenge(&c, &wrong)),
        (
            "reassort-defi-canal".to_owned(),
            reissue::render_challenge(&c, &no_channel),
        ),
        ("reassort-defi-panne".to_owned(), reissue::render_challenge(&c, &down)),
        (
            "reassort-defi-sans".to_owned(),
            reissue::render_challenge(&c, &without_question),
        ),
        (
            "reassort-suivi-aucun".to_owned(),
            reissue::render_follow(&c, &FollowView::NoLink),
        ),
        (
            "reassort-suivi-panne".to_owned(),
            reissue::render_follow(&c, &FollowView::Down("L’autorité des codes ne répond pas.".into())),
        ),
        (
            "reassort-suivi-refus".to_owned(),
            link(Channel::Sms, DeliveryStatus::Sent, Some("Trop d’envois.")),
        ),
    ];
    for status in DeliveryStatus::ALL {
        for channel in Channel::ALL {
            pages.push((
                format!("reassort-suivi-{channel}-{status}"),
                link(channel, status, None),
            ));
        }
    }
    pages
        .into_iter()
        .map(|(name, page)| (name, page.into_string()))
        .collect()
}

fn every_page(lang: Lang) -> Vec<(String, String)> {
    [
        home_pages(lang),
        account_pages(lang),
        voter_pages(lang),
        assistance_pages(lang),
        public_pages(lang),
        content_pages(lang),
        complaint_pages(lang),
        staff_pages(lang),
        reissue_pages(lang),
        identity_pages(lang),
    ]
    .concat()
}

/// Values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    page.match_indices(&opening)
        .filter_map(|(at, _)| page[at + opening.len()..].split('"').next())
        .collect()
}

#[test]
fn every_page_is_well_made_in_both_languages() {
    let gallery = std::env::var_os("ISOLOIR_GALLERY").map(std::path::PathBuf::from);
    for lang in Lang::ALL {
        for (name, page) in every_page(lang) {
            let name = format!("{name}.{}", lang.code());
            if let Some(folder) = &gallery {
                std::fs::write(folder.join(format!("{name}.html")), &page).unwrap();
            }
            assert!(page.contains(&format!("<html lang=\"{}\">", lang.code())), "{name}");
            let shown = page.matches("<h1").count() - page.matches("data-step=").count().saturating_sub(1);
            assert_eq!(shown, 1, "{name}: one title of level 1 is shown");
            for inline in [" style=", "<style", " onclick=", "javascript:", "<script>"] {
                assert!(!page.contains(inline), "{name}: the policy forbids {inline}");
            }
            let ids = values(&page, "id");
            let unique: BTreeSet<_> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len(), "{name}: an id is used twice: {ids:?}");
            for attribute in ["for", "aria-labelledby", "aria-describedby"] {
                for target in values(&page, attribute).iter().flat_map(|value| value.split(' ')) {
                    assert!(
                        unique.contains(&target),
                        "{name}: {attribute} names no element: {target}"
                    );
                }
            }
            for anchor in values(&page, "href").iter().filter_map(|href| href.strip_prefix('#')) {
                assert!(unique.contains(&anchor), "{name}: the link #{anchor} goes nowhere");
            }
        }
    }
}

#[test]
fn links_within_the_portal_go_to_routes_and_anchors_that_exist() {
    let routes: Vec<_> = isoloir_portal::routes::table()
        .into_iter()
        .map(|declared| declared.path)
        .collect();
    let help = help::render(&chrome(Lang::Fr, false)).into_string();
    let anchors: BTreeSet<_> = values(&help, "id").into_iter().collect();
    for (name, page) in every_page(Lang::Fr) {
        let links = [values(&page, "href"), values(&page, "action")].concat();
        for link in links
            .iter()
            .filter(|link| link.starts_with('/') && !link.starts_with("/assets/"))
        {
            let path = link.split(['?', '#']).next().unwrap();
            let known = routes.iter().any(|route| matches(route, path));
            assert!(known, "{name}: {link} is no route");
            if let Some(anchor) = link.strip_prefix("/aide#") {
                assert!(anchors.contains(anchor), "{name}: {link} is no anchor of the help");
            }
        }
    }
}

fn matches(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(&path).all(|(r, p)| r == p || r.starts_with('{'))
}

#[test]
fn the_code_can_never_be_sent_by_a_form() {
    let page = booth::render(&chrome(Lang::Fr, true), &booth_view(0)).into_string();
    let (_, from) = page.split_once("data-code-form").unwrap();
    let (form, _) = from.split_once("</form>").unwrap();
    assert!(form.contains("data-code"));
    assert!(!form.contains(" name="), "a field with a name can be sent");
    assert!(!form.contains(" action="));
}

#[test]
fn nothing_is_selected_in_advance_and_lists_are_equal() {
    let page = booth::render(&chrome(Lang::Fr, true), &booth_view(0)).into_string();
    assert!(!page.contains(" checked"));
    assert!(!page.contains(" selected"));
    let cards = page.matches("<div class=\"choice\">").count();
    assert_eq!(
        cards,
        3 * 5,
        "four lists and the blank ballot in each election, all in the same card"
    );
}

#[test]
fn the_counts_of_an_open_box_stay_hidden() {
    let page = ballot_box::render(&chrome(Lang::Fr, false), &box_view(None, false)).into_string();
    assert!(!page.contains("archive.bel"));
    assert!(!page.contains("3\u{202f}127"));
}

#[test]
fn turnout_is_rounded_as_published() {
    // Corsica 2022: 3,526 voters of 5,080.
    assert_eq!(Lang::Fr.percent(3526, 5080).unwrap(), "69,41\u{a0}%");
    assert_eq!(Lang::En.percent(3526, 5080).unwrap(), "69.41%");
    assert_eq!(Lang::Fr.percent(1, 0), None);
    assert_eq!(Lang::Fr.number(1_400_000), "1\u{202f}400\u{202f}000");
}

#[test]
fn what_comes_from_files_and_people_is_escaped() {
    let mut view = results_view();
    view.title = "<img src=x onerror=alert(1)>".into();
    view.lists[0].name = "</li><script>".into();
    let page = results::render(&chrome(Lang::Fr, false), &view).into_string();
    assert!(!page.contains("<img") && !page.contains("</li><script>"));
    let search = Search::NotATracker {
        typed: "\"><script>".into(),
    };
    assert!(
        !ballot_box::render(&chrome(Lang::Fr, false), &box_view(Some(search), false))
            .into_string()
            .contains("<script>")
    );
}
