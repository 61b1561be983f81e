//! The drawn signs: 24 units, one line, the text's own colour. Decoration beside words, hidden from screen readers.

use maud::{Markup, PreEscaped, html};

/// A drawn sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// Arrow to the right: go on.
    Next,
    /// Arrow to the left: go back.
    Back,
    /// Door: sign out.
    SignOut,
    /// Circle with a tick: done, true.
    Success,
    /// Octagon: error.
    Error,
    /// Triangle: to watch.
    Warning,
    /// Circled i: information.
    Info,
    /// Tick alone.
    Tick,
    /// Clock: in progress, later.
    Clock,
    /// Ballot falling in a box.
    BallotBox,
    /// Magnifying glass.
    Search,
    /// Arrow into a tray.
    Download,
    /// Circular arrow: again.
    Again,
    /// Two persons.
    People,
    /// One person.
    Person,
    /// Sheet of paper.
    Sheet,
    /// Flag.
    Flag,
    /// Speech.
    Speech,
    /// Printer.
    Printer,
    /// Bars of a chart.
    Chart,
    /// Empty circle: not yet.
    Empty,
    /// Loudspeaker.
    Sound,
    /// Padlock: protected.
    Lock,
    /// Key: a code.
    Key,
    /// Camera.
    Camera,
}

/// Draws the sign.
#[must_use]
pub fn icon(icon: Icon) -> Markup {
    let paths = match icon {
        Icon::Sound => {
            r#"<path d="M4 9.5h3.5L12 5.5v13l-4.5-4H4z"/><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>"#
        }
        Icon::Next => r#"<path d="M5 12h14M13 6l6 6-6 6"/>"#,
        Icon::Back => r#"<path d="M19 12H5M11 6l-6 6 6 6"/>"#,
        Icon::SignOut => r#"<path d="M10 4H5v16h5M14 8l4 4-4 4M18 12H9"/>"#,
        Icon::Success => r#"<circle cx="12" cy="12" r="9"/><path d="M8 12.3l2.8 2.8L16 9.7"/>"#,
        Icon::Error => r#"<path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z"/><path d="M12 7.5v5.5M12 16.3v.1"/>"#,
        Icon::Warning => r#"<path d="M12 4L2.8 19.5h18.4z"/><path d="M12 10v4.5M12 17.1v.1"/>"#,
        Icon::Info => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.1"/>"#,
        Icon::Tick => r#"<path d="M5 12.5l4.5 4.5L19 7.5"/>"#,
        Icon::Clock => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.3 2"/>"#,
        Icon::BallotBox => r#"<path d="M4 10.5h16V20H4z"/><path d="M9 10.5V4h6v6.5M8 10.5h8"/>"#,
        Icon::Search => r#"<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.3 15.3L20.5 20.5"/>"#,
        Icon::Download => r#"<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14"/>"#,
        Icon::Again => r#"<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4"/><path d="M19.8 3.5v4h-4"/>"#,
        Icon::People => {
            r#"<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5M15.5 5.3a3.4 3.4 0 0 1 0 6.4M17.8 14.5c2 .8 3.3 2.5 3.7 5"/>"#
        }
        Icon::Person => r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"/>"#,
        Icon::Sheet => r#"<path d="M6 3.5h8l4.5 4.5v12.5H6z"/><path d="M14 3.5V8h4.5M9 12.5h6M9 16h6"/>"#,
        Icon::Flag => r#"<path d="M6 21V4M6 5h11l-2 4 2 4H6"/>"#,
        Icon::Speech => r#"<path d="M4 5h16v11h-8.5L7 19.8V16H4z"/><path d="M8 9.2h8M8 12.3h5"/>"#,
        Icon::Printer => r#"<path d="M7 9V4h10v5M5 9h14v8h-3M8 17H5V9"/><path d="M8 14h8v6H8z"/>"#,
        Icon::Chart => r#"<path d="M4 20h16M7 20v-7M12 20V5M17 20v-10"/>"#,
        Icon::Lock => r#"<path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2"/>"#,
        Icon::Key => r#"<circle cx="8" cy="15.5" r="4.2"/><path d="M11 12.5L19.5 4M16 7.5l2.8 2.8"/>"#,
        Icon::Camera => r#"<path d="M4 7.5h3.5L9 5h6l1.5 2.5H20v11H4z"/><circle cx="12" cy="13" r="3.5"/>"#,
        Icon::Empty => r#"<circle cx="12" cy="12" r="9"/>"#,
    };
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { (PreEscaped(paths)) } }
}

/// The mark of the product: a curtain, a rail, a ballot.
#[must_use]
pub fn brand_mark() -> Markup {
    PreEscaped(
        concat!(
            r##"<svg class="brand__mark" viewBox="0 0 48 48" aria-hidden="true"><rect width="48" height="48" rx="11" fill="#0f4e4f"/>"##,
            r##"<rect x="29" y="19" width="9" height="16" rx="1" fill="#e6b85c"/>"##,
            r##"<path d="M11 12h20v23c-1.7 2.6-5 2.6-6.7 0-1.7 2.6-5 2.6-6.6 0-1.7 2.6-5 2.6-6.7 0z" fill="#fbf9f5"/>"##,
            r##"<path d="M17.7 14v20M24.3 14v20" stroke="#0f4e4f" stroke-width="1.5"/>"##,
            r##"<path d="M8 11.5h32" stroke="#e6b85c" stroke-width="3" stroke-linecap="round"/></svg>"##
        )
        .to_owned(),
    )
}
