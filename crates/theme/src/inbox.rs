//! The demonstration's inbox: messages that a real server would have sent.

use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};

use crate::args;
use crate::i18n::Lang;
use crate::when;

/// One mail of the inbox.
#[derive(Debug, Clone)]
pub struct InboxMail {
    /// An SMS: it has no subject.
    pub sms: bool,
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// When it was queued.
    pub at: Timestamp,
}

/// Draws the messages. Links to one of `origins` can be followed, others stay text.
#[must_use]
pub fn inbox(lang: Lang, origins: &[&str], mails: &[InboxMail]) -> Markup {
    html! {
        @if mails.is_empty() { p { (lang.text("inbox-empty")) } }
        div.stack {
            @for mail in mails {
                article.panel {
                    h2 { @if mail.sms { (lang.text("inbox-sms")) } @else { (mail.subject) } }
                    p.small.soft { (lang.with("inbox-to", args![to = mail.to.as_str(), when = when::date_time(lang, mail.at)])) }
                    div.letter-text { (linked(&mail.body, origins)) }
                }
            }
        }
    }
}

/// The text with links to `origins` made clickable. Everything is escaped; an address ends at the first blank.
fn linked(text: &str, origins: &[&str]) -> Markup {
    let mut out = String::new();
    let mut rest = text;
    let first = |rest: &str| {
        origins
            .iter()
            .filter_map(|origin| rest.find(&format!("{origin}/")))
            .min()
    };
    while let Some(start) = first(rest) {
        let (before, from) = rest.split_at(start);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let (url, after) = from.split_at(end);
        out.push_str(&html! { (before) a href=(url) { (url) } }.into_string());
        rest = after;
    }
    out.push_str(&html! { (rest) }.into_string());
    PreEscaped(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_become_links_and_markup_stays_text() {
        let out = linked(
            "Voir http://a.fr/activation/T1 <b>et</b> http://b.fr/x",
            &["http://a.fr"],
        )
        .into_string();
        assert!(out.contains(r#"<a href="http://a.fr/activation/T1">"#));
        assert!(out.contains("&lt;b&gt;"));
        assert_eq!(out.matches("<a ").count(), 1);
    }
}
