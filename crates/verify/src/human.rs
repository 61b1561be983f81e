//! The answer for people, in French or English: every check, the culprit, the figures, the result.

use std::io::{self, Write};

use isoloir_protocol::{
    archive::Phase,
    audit::{Culprit, Finding, Outcome, Report, since::Since},
    question::Question,
    tally::{Shape, Weight},
};

use crate::{
    Findings, Verdict,
    args::{Args, Lang},
    results::{Comparison, is_complete},
};

/// Writes the answer.
///
/// # Errors
/// Those of the sink.
pub fn write(findings: &Findings, args: &Args, out: &mut impl Write) -> io::Result<()> {
    let lang = args.lang;
    let report = &findings.report;
    if let Some(election) = &report.election {
        writeln!(
            out,
            "{}{} ({})\n",
            lang.pick("Scrutin : ", "Election: "),
            election.name,
            election.uuid.as_str()
        )?;
    }
    checks(report, lang, out)?;
    if let Some(finding) = &report.finding {
        fault(finding, lang, out)?;
    }
    if let Some(since) = &findings.since {
        writeln!(out, "\n{}", since_line(since, lang))?;
    }
    figures(report, lang, out)?;
    if let (Some(election), Some(result)) = (&report.election, &report.result) {
        result_lines(&election.questions, result.counts(), lang, out)?;
    }
    if let Some(results) = &findings.results {
        result_comparison(results, lang, out)?;
    }
    writeln!(out, "\n{}", verdict(findings, lang))
}

fn result_comparison(results: &Comparison, lang: Lang, out: &mut impl Write) -> io::Result<()> {
    let colon = lang.pick("\u{a0}:", ":");
    for contest in &results.contests {
        writeln!(out, "\n{}{colon} {}", lang.pick("Sièges", "Seats"), contest.title)?;
        for list in &contest.allocation.lists {
            writeln!(out, "  {:>12}  {}", lang.number(list.seats().into()), list.name)?;
        }
        if !is_complete(&contest.allocation) {
            let left = lang.pick(
                "Des sièges restent à attribuer (tirage au sort, ou donnée manquante).",
                "Seats are left to be given (drawing of lots, or a figure is missing).",
            );
            writeln!(out, "  {left}")?;
        }
    }
    match &results.fault {
        None if results.contests.is_empty() => {
            let withheld = lang.pick(
                "Résultats publiés : voix retenues (trop peu de votants), rien à recalculer.",
                "Published results: votes withheld (too few voters), nothing to recompute.",
            );
            writeln!(out, "\n{withheld}")
        }
        None => writeln!(
            out,
            "\n{}",
            lang.pick(
                "Résultats publiés : mêmes voix que l’archive, mêmes sièges.",
                "Published results: the archive’s votes, and the same seats."
            )
        ),
        Some(fault) => writeln!(
            out,
            "\n{}{colon} {}\n  {}{colon} {fault}",
            lang.pick("Vérification en échec", "Failed check"),
            fault.check().id(),
            lang.pick("Détail technique", "Reason")
        ),
    }
}

fn checks(report: &Report, lang: Lang, out: &mut impl Write) -> io::Result<()> {
    for check in &report.checks {
        let (mark, note) = match check.outcome {
            Outcome::Passed => ("✓", ""),
            Outcome::Failed => ("✗", ""),
            Outcome::NotApplicable => ("·", lang.pick(" — sans objet", " — not applicable")),
            Outcome::NotReached => ("·", lang.pick(" — non vérifié", " — not checked")),
        };
        writeln!(
            out,
            " {mark} {:<19} {}{note}",
            check.id.id(),
            lang.of(check.id.statement())
        )?;
    }
    Ok(())
}

fn fault(finding: &Finding, lang: Lang, out: &mut impl Write) -> io::Result<()> {
    let check = finding.check();
    let heading = lang.pick("Vérification en échec", "Failed check");
    let colon = lang.pick("\u{a0}:", ":");
    writeln!(out, "\n{heading}{colon} {}", check.id())?;
    writeln!(
        out,
        "  {}{colon} {}",
        lang.pick("En cause", "Culprit"),
        culprit(&finding.culprit, lang)
    )?;
    writeln!(
        out,
        "  {}{colon} {}",
        lang.pick("Détail technique", "Reason"),
        finding.reason
    )
}

fn culprit(culprit: &Culprit, lang: Lang) -> String {
    match culprit {
        Culprit::Archive => lang.pick("le fichier entier", "the whole file").to_owned(),
        Culprit::Record(offset) => {
            format!(
                "{} {}",
                lang.pick("l’enregistrement à l’octet", "the record at byte"),
                lang.number(*offset)
            )
        }
        Culprit::Event(height) => format!("{} {height}", lang.pick("l’événement", "the event")),
        Culprit::Election => lang
            .pick("la description du scrutin", "the election’s description")
            .to_owned(),
        Culprit::Trustees => lang.pick("les détenteurs de clé", "the trustees").to_owned(),
        Culprit::Trustee(owner) => format!("{} {owner}", lang.pick("le détenteur de clé nº", "trustee")),
        Culprit::Credential(place) => {
            format!(
                "{} {}",
                lang.pick("le droit de vote public nº", "public credential"),
                lang.number(*place as u64)
            )
        }
        Culprit::Ballot { height, tracker } => {
            let (ballot, event) = (lang.pick("le bulletin", "the ballot"), lang.pick("événement", "event"));
            format!("{ballot} {tracker} ({event} {height})")
        }
        Culprit::Tally => lang.pick("le total chiffré", "the encrypted tally").to_owned(),
        Culprit::Result => lang.pick("le résultat", "the result").to_owned(),
    }
}

fn since_line(since: &Since, lang: Lang) -> String {
    match since {
        Since::Kept { kept, added } => match lang {
            Lang::Fr => format!(
                "Depuis la copie antérieure : les {} événements y sont tous, inchangés ; {} ajoutés.",
                lang.number(*kept),
                lang.number(*added)
            ),
            Lang::En => format!(
                "Since the earlier copy: all {} events are there, unchanged; {} added.",
                lang.number(*kept),
                lang.number(*added)
            ),
        },
        Since::Removed { height, kind, hash } => match lang {
            Lang::Fr => format!("Depuis la copie antérieure : l’événement {height} ({kind}, {hash}) a disparu."),
            Lang::En => format!("Since the earlier copy: event {height} ({kind}, {hash}) has gone."),
        },
        Since::Changed { height, was, is } => match lang {
            Lang::Fr => format!(
                "Depuis la copie antérieure : l’événement {height} n’est plus le même. C’était {} {}, c’est {} {}.",
                was.0, was.1, is.0, is.1
            ),
            Lang::En => format!(
                "Since the earlier copy: event {height} is another one. It was {} {}, it is {} {}.",
                was.0, was.1, is.0, is.1
            ),
        },
        Since::OtherArchive => lang
            .pick(
                "La copie antérieure n’est pas une copie de cette archive.",
                "The earlier copy is not a copy of this archive.",
            )
            .to_owned(),
    }
}

fn figures(report: &Report, lang: Lang, out: &mut impl Write) -> io::Result<()> {
    let line = |out: &mut dyn Write, label: &str, value: u64| {
        writeln!(out, "  {label}{} {}", lang.pick("\u{a0}:", ":"), lang.number(value))
    };
    writeln!(out)?;
    line(out, lang.pick("Droits de vote", "Credentials"), report.voters)?;
    line(
        out,
        lang.pick("Bulletins dans l’urne", "Ballots in the box"),
        report.ballots,
    )?;
    if report.resumed > 0 {
        line(
            out,
            lang.pick(
                "dont vérifiés avant l’interruption",
                "of which verified before the interruption",
            ),
            report.resumed,
        )?;
    }
    line(
        out,
        lang.pick("Votants décomptés", "Voters counted"),
        report.figures.num_tallied,
    )?;
    if report.figures.total_weight != Weight::new(report.figures.num_tallied) {
        line(
            out,
            lang.pick("Poids total", "Total weight"),
            report.figures.total_weight.get(),
        )?;
    }
    line(out, lang.pick("Détenteurs de clé", "Trustees"), report.trustees.into())?;
    if let Some(key) = &report.certifier {
        writeln!(
            out,
            " {}{} {key}",
            lang.pick(
                "Liste des droits certifiée par la clé (à comparer avec celle de l’autorité)",
                "List of credentials certified with the key (compare it with the authority’s)"
            ),
            lang.pick("\u{a0}:", ":")
        )?;
    }
    if let Some(head) = report.head {
        writeln!(
            out,
            "  {}{} {head}",
            lang.pick("Dernier événement", "Last event"),
            lang.pick("\u{a0}:", ":")
        )?;
    }
    Ok(())
}

fn result_lines(questions: &[Question], counts: &Shape<Weight>, lang: Lang, out: &mut impl Write) -> io::Result<()> {
    let Shape::Array(counts) = counts else { return Ok(()) };
    for (question, counts) in questions.iter().zip(counts) {
        writeln!(out, "\n{}", question.title())?;
        if let (Question::NonHomomorphic(question), Shape::Array(ballots)) = (question, counts) {
            shuffled_lines(question.value.answers(), ballots, out)?;
            continue;
        }
        for (label, count) in labels(question, lang).iter().zip(counts.atoms()) {
            writeln!(out, "  {:>12}  {label}", lang.number(count.get()))?;
        }
    }
    Ok(())
}

/// Every ballot's numbers, as they were decrypted, under the answers that they are about.
fn shuffled_lines(answers: &[String], ballots: &[Shape<Weight>], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {}", answers.join(" | "))?;
    for ballot in ballots {
        let numbers: Vec<_> = ballot.atoms().iter().map(|number| number.get().to_string()).collect();
        writeln!(out, "  {}", numbers.join(" | "))?;
    }
    Ok(())
}

/// What each count of a question counts, in the order of the result.
fn labels(question: &Question, lang: Lang) -> Vec<String> {
    match question {
        Question::Homomorphic(question) => {
            let blank = question
                .blank()
                .then(|| lang.pick("(vote blanc)", "(blank vote)").to_owned());
            blank.into_iter().chain(question.answers().iter().cloned()).collect()
        }
        Question::Lists(question) => question
            .value
            .lists()
            .iter()
            .flat_map(|list| list.iter().enumerate())
            .map(|(place, name)| if place == 0 { name.clone() } else { format!("  {name}") })
            .collect(),
        _ => Vec::new(),
    }
}

fn verdict(findings: &Findings, lang: Lang) -> &'static str {
    let (fr, en) = match (findings.verdict(), findings.report.phase) {
        (Verdict::Invalid, _)
            if findings.report.is_valid()
                && findings.results.as_ref().is_some_and(|results| results.fault.is_some()) =>
        {
            (
                "ARCHIVE VALIDE, mais les résultats publiés n’en découlent pas.",
                "VALID ARCHIVE, but the published results do not follow from it.",
            )
        }
        (Verdict::Invalid, _) => ("ARCHIVE NON VALIDE.", "INVALID ARCHIVE."),
        (Verdict::Valid, Phase::Complete) => ("ARCHIVE VALIDE, résultat compris.", "VALID ARCHIVE, result included."),
        (Verdict::Valid, Phase::Empty | Phase::Open) => (
            "ARCHIVE VALIDE jusqu’ici : l’urne est ouverte, il n’y a pas encore de résultat.",
            "VALID ARCHIVE so far: the box is open, there is no result yet.",
        ),
        (Verdict::Valid, _) => (
            "ARCHIVE VALIDE jusqu’ici : l’urne est scellée, il n’y a pas encore de résultat.",
            "VALID ARCHIVE so far: the box is sealed, there is no result yet.",
        ),
    };
    match lang {
        Lang::Fr => fr,
        Lang::En => en,
    }
}
