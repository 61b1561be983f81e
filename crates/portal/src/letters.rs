//! Activation letters on paper (*courriers d’activation*): one page A4 for each voter, in one file that a browser prints.
//!
//! In French: the organiser posts them. The file stands alone: nothing is loaded, no script.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use isoloir_theme::args;
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;

/// What one letter says.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// Reference, by which the letter is followed without its code.
    pub reference: String,
    /// Given name and family name.
    pub name: String,
    /// Staff number.
    pub number: &'a str,
    /// The activation code, in groups.
    pub code: &'a str,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// What all letters say.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// Title of the consultation.
    pub title: &'a str,
    /// Who organises it.
    pub organiser: &'a str,
    /// The short address, without its scheme: `vote.example.fr/a`.
    pub address: &'a str,
    /// When the vote opens.
    pub opens: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
}

const PRINT: &str = "@page{size:A4;margin:22mm 22mm 18mm 22mm}\
*{box-sizing:border-box}body{margin:0;color:#111;background:#fff;font:11.5pt/1.5 Georgia,'Times New Roman',serif}\
.letter{min-height:250mm;display:flex;flex-direction:column;break-after:page;page-break-after:always}\
.letter:last-child{break-after:auto;page-break-after:auto}\
.head{display:flex;justify-content:space-between;gap:10mm}.to{margin:22mm 0 14mm 88mm;font-size:12pt}\
h1{font-size:15pt;margin:0 0 6mm}p{margin:0 0 4mm}ol{margin:0 0 5mm;padding-left:6mm}li{margin-bottom:2.5mm}\
.box{border:1.2pt solid #111;padding:5mm 7mm;margin:3mm 0 6mm;break-inside:avoid}.box dl{margin:0;display:grid;grid-template-columns:52mm 1fr;gap:2.5mm 4mm}\
dt{font-size:10.5pt}dd{margin:0;font:700 13pt/1.3 'DejaVu Sans Mono',Consolas,monospace;letter-spacing:.03em}\
.foot{margin-top:auto;font-size:9pt;border-top:.6pt solid #777;padding-top:2mm;display:flex;justify-content:space-between}\
@media screen{body{background:#ddd}.letter{width:210mm;margin:8mm auto;padding:22mm;background:#fff;min-height:297mm}}";

/// The whole file.
#[must_use]
pub fn render(sender: &Sender<'_>, letters: &[Letter<'_>]) -> String {
    let lang = Lang::Fr;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="robots" content="noindex";
                title { (lang.text("printed-title")) " – " (sender.title) }
                style { (PreEscaped(PRINT)) }
            }
            body { @for letter in letters { (draw(lang, sender, letter)) } }
        }
    }
    .into_string()
}

fn draw(lang: Lang, sender: &Sender<'_>, letter: &Letter<'_>) -> Markup {
    html! {
        article.letter {
            div.head {
                div { strong { (sender.organiser) } br; (sender.title) }
                div { (lang.with("printed-reference", args![reference = letter.reference.as_str()])) }
            }
            div.to { (letter.name) br; (lang.with("printed-number", args![number = letter.number])) }
            h1 { (lang.text("printed-heading")) }
            p { (lang.with("printed-vote", args![
                opens = when::date_time(lang, sender.opens),
                closes = when::date_time(lang, sender.closes),
            ])) }
            p { (lang.text("printed-why")) }
            div.box {
                dl {
                    dt { (lang.text("printed-address")) } dd { (sender.address) }
                    dt { (lang.text("account-number")) } dd { (letter.number) }
                    dt { (lang.text("letter-code")) } dd { (letter.code) }
                }
            }
            ol {
                li { (lang.with("printed-step-1", args![address = sender.address])) }
                li { (lang.text("printed-step-2")) }
                li { (lang.text("printed-step-3")) }
            }
            p { strong { (lang.text("printed-not-voting-code")) } " " (lang.text("printed-voting-code")) }
            p { (lang.with("printed-expires", args![until = when::date_time(lang, letter.expires)])) }
            div.foot { span { (sender.organiser) } span { (letter.reference) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_is_one_page_and_names_are_escaped() {
        let at: Timestamp = "2026-12-03T07:00:00Z".parse().unwrap();
        let sender = Sender {
            title: "Élections <b>2026</b>",
            organiser: "Académie",
            address: "vote.example.fr/a",
            opens: at,
            closes: at,
        };
        let letter = |name: &str| Letter {
            reference: "C-00001".to_owned(),
            name: name.to_owned(),
            number: "VAL1",
            code: "A-K7QM-2RTD-9XHF-4CAD",
            expires: at,
        };
        let file = render(&sender, &[letter("<script>alert(1)</script>"), letter("B")]);
        assert_eq!(file.matches("<article class=\"letter\">").count(), 2);
        assert_eq!(file.matches("A-K7QM-2RTD-9XHF-4CAD").count(), 2);
        assert!(!file.contains("<script>") && !file.contains("<b>"));
        assert!(file.contains("Ce n’est pas votre code de vote."));
    }
}
