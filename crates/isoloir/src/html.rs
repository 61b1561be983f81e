//! Text in the few pages that this program writes itself: those of the servers are made by the theme.

/// For the content of an element, or a value between double quotes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
