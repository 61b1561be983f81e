//! The organiser's Markdown as markup: no raw HTML, no picture, links to the web, to mail and to our own pages only.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Draws `source`. Its highest titles become titles of the level after `shift`, whatever they were, so that no level is left out on the page.
#[must_use]
pub fn markdown(source: &str, shift: usize) -> Markup {
    let highest = Parser::new_ext(source, Options::ENABLE_TABLES)
        .filter_map(|event| match event {
            Event::Start(Tag::Heading { level, .. }) => Some(level as usize),
            _ => None,
        })
        .min()
        .unwrap_or(1);
    let shift = (shift + 1).saturating_sub(highest);
    let mut links = Vec::new();
    let events = Parser::new_ext(source, Options::ENABLE_TABLES).filter_map(|event| safe(event, shift, &mut links));
    let mut out = String::with_capacity(source.len() * 2);
    html::push_html(&mut out, events);
    PreEscaped(out)
}

/// What is kept of an event. `links` remembers, for each link that is open, whether it was kept.
fn safe<'a>(event: Event<'a>, shift: usize, links: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        // Shown as it was typed: the organiser sees at once that it is not taken.
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            id,
            ..
        }) => {
            let kept = is_allowed(&dest_url);
            links.push(kept);
            kept.then_some(Event::Start(Tag::Link {
                link_type,
                dest_url,
                title: CowStr::Borrowed(""),
                id,
            }))
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(Event::End(TagEnd::Link)),
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: lower(level, shift),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level, shift)))),
        event => Some(event),
    }
}

fn lower(level: HeadingLevel, shift: usize) -> HeadingLevel {
    HeadingLevel::try_from((level as usize).saturating_add(shift)).unwrap_or(HeadingLevel::H6)
}

fn is_allowed(address: &str) -> bool {
    let ours = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    ours || ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(source: &str) -> String {
        markdown(source, 1).into_string()
    }

    #[test]
    fn titles_go_down_and_text_is_set() {
        assert_eq!(
            drawn("# A\n\n**b** [c](/aide)"),
            "<h2>A</h2>\n<p><strong>b</strong> <a href=\"/aide\">c</a></p>\n"
        );
        assert!(drawn("###### A").contains("<h6>"));
    }

    #[test]
    fn nothing_runs_and_nothing_is_loaded() {
        for source in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,x)",
            "[x](//evil.example/)",
            "[x](/\\evil.example/)",
            "![x](https://evil.example/x.png)",
            "<javascript:alert(1)>",
            "[x][1]\n\n[1]: vbscript:x",
        ] {
            let page = drawn(source);
            for bad in [
                "<script",
                "<img",
                "href=\"java",
                "href=\"data",
                "href=\"//",
                "href=\"vb",
                "href=\"/\\",
            ] {
                assert!(!page.to_lowercase().contains(bad), "{source}: {page}");
            }
        }
        assert!(drawn("[x](https://a.example/\"onclick=1)").matches('"').count() <= 2);
    }
}
