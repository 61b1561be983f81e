//! Every mail and SMS of the registrar, in both languages. None holds a code.
//!
//! A reader whose language is not known gets French, then English. What comes from the consultation's file loses its line breaks before it
//! enters a text, so that nothing can begin a header.

use isoloir_carriers::Content;
use isoloir_domain::Language;
use isoloir_domain::reissue::ReissuePath;
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;
use jiff::Timestamp;

/// Stable names of the letters.
pub(crate) const LINK: &str = "reissue_link";
pub(crate) const REISSUED: &str = "code_reissued";

/// The link by mail.
pub(crate) fn link_mail(language: Language, to: &str, from: &str, link: &str, expires: Timestamp) -> Content {
    let until = until(language, expires);
    let (subject, body) = match language {
        Language::French => (
            "Votre lien pour un nouveau code de vote",
            format!(
                "Bonjour,\n\nVous avez demandé un nouveau code de vote. Ouvrez ce lien, puis appuyez sur\n«\u{a0}Régénérer mon code de vote\u{a0}»\u{a0}:\n\n{link}\n\n\
                 Il ne sert qu’une fois, jusqu’au {until}.\nVotre code actuel reste valable tant que vous n’en avez pas obtenu un autre.\n\n\
                 Vous n’avez rien demandé\u{202f}? Quelqu’un a pu saisir votre adresse par erreur\u{a0}:\nn’ouvrez pas le lien.\n\n\
                 Personne ne vous demandera jamais votre code de vote.\n\n{from}\n"
            ),
        ),
        Language::English => (
            "Your link to a new voting code",
            format!(
                "Hello,\n\nYou asked for a new voting code. Open this link, then press\n“Make my voting code again”:\n\n{link}\n\n\
                 It serves once, until {until}.\nYour present code stays valid until you have another.\n\n\
                 You asked for nothing? Somebody may have typed your address by mistake:\ndo not open the link.\n\n\
                 Nobody will ever ask you for your voting code.\n\n{from}\n"
            ),
        ),
    };
    content(to, from, subject.to_owned(), body)
}

/// The link by SMS: one message of the GSM alphabet.
pub(crate) fn link_sms(language: Language, to: &str, link: &str, expires: Timestamp) -> Content {
    let lang = lang(language);
    let (day, hour) = (
        when::short_day(expires),
        when::hour(lang, expires).replace('\u{a0}', ""),
    );
    let body = match language {
        Language::French => {
            format!("Elections: pour votre nouveau code de vote, {link} (une seule fois, avant le {day} {hour})")
        }
        Language::English => format!("Elections: for your new voting code, {link} (once only, before {day} {hour})"),
    };
    content(to, "", String::new(), body)
}

/// A code was made: told to the mailbox of the account, with a way to contest it.
pub(crate) fn reissued(
    language: Option<Language>,
    to: &str,
    from: &str,
    path: ReissuePath,
    at: Timestamp,
    contest: &str,
) -> Content {
    let french = |at: &str| {
        let by = match path {
            ReissuePath::Challenge => "la question défi",
            ReissuePath::FranceConnect => "FranceConnect",
        };
        format!(
            "Bonjour,\n\nUn nouveau code de vote a été créé pour vous par {by},\nle {at}. L’ancien ne fonctionne plus.\n\n\
             C’est vous\u{202f}? Il n’y a rien à faire.\n\nCe n’est pas vous\u{202f}? Ouvrez ce lien sans attendre, il annule le nouveau code\u{a0}:\n\n{contest}\n\n\
             Personne ne vous demandera jamais votre code de vote.\n\n{from}\n"
        )
    };
    let english = |at: &str| {
        let by = match path {
            ReissuePath::Challenge => "the challenge question",
            ReissuePath::FranceConnect => "FranceConnect",
        };
        format!(
            "Hello,\n\nA new voting code was made for you by {by},\non {at}. The earlier one no longer works.\n\n\
             Was it you? There is nothing to do.\n\nWas it not you? Open this link without delay, it voids the new code:\n\n{contest}\n\n\
             Nobody will ever ask you for your voting code.\n\n{from}\n"
        )
    };
    let (fr, en) = (until(Language::French, at), until(Language::English, at));
    let (subject, body) = match language {
        Some(Language::French) => ("Un nouveau code de vote a été créé", french(&fr)),
        Some(Language::English) => ("A new voting code was made", english(&en)),
        None => (
            "Un nouveau code de vote a été créé / A new voting code was made",
            format!("{}\n– – –\n\n{}", french(&fr), english(&en)),
        ),
    };
    content(to, from, subject.to_owned(), body)
}

fn until(language: Language, at: Timestamp) -> String {
    let place = match language {
        Language::French => "heure de Paris",
        Language::English => "Paris time",
    };
    format!("{} ({place})", when::date_time(lang(language), at))
}

/// The language of the pages and of the dates.
pub(crate) fn lang(language: Language) -> Lang {
    match language {
        Language::French => Lang::Fr,
        Language::English => Lang::En,
    }
}

fn content(to: &str, from: &str, subject: String, body: String) -> Content {
    Content {
        to: to.to_owned(),
        from: from.chars().filter(|c| !c.is_control()).take(200).collect(),
        subject,
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isoloir_carriers::gsm;

    #[test]
    fn the_link_fits_in_one_sms() {
        // A host of thirty characters.
        let link = format!("https://{}.fr/reassort/{}", "c".repeat(27), "t".repeat(22));
        for language in [Language::French, Language::English] {
            let sms = link_sms(
                language,
                "+33612345678",
                &link,
                Timestamp::from_second(1_796_284_800).unwrap(),
            );
            let septets = gsm::septets(&sms.body).unwrap();
            assert!(septets <= 160, "{septets}: {}", sms.body);
        }
    }

    #[test]
    fn a_name_begins_no_header_and_an_unknown_reader_gets_both_languages() {
        let at = Timestamp::from_second(1_796_284_800).unwrap();
        let letter = reissued(
            None,
            "a@b.fr",
            "Académie\nBcc: x@y.fr",
            ReissuePath::Challenge,
            at,
            "https://c.fr/x",
        );
        assert!(!letter.from.contains('\n'));
        assert!(letter.body.contains("Ce n’est pas vous") && letter.body.contains("Was it not you"));
    }
}
