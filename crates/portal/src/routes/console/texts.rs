//! The organiser's texts: read, written, looked at as voters would see them, put on line, put back.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::Consultation;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::staff::StaffMember;
use isoloir_domain::texts::{TextContent, TextKey, TextName, TextSource, TextVersion};
use isoloir_service::publish_text::{NewText, TextError, as_written, default_faq, faq_as_written, on_line, read_faq};
use isoloir_service::review_roll::Decider;
use maud::Markup;
use serde::Deserialize;

use super::ListQuery;
use super::preparation::shown;
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::texts::{PATH, Previewed, TextView, VersionView, banner, path_of, render, render_one};
use crate::pages::console::{Outcome, PREPARES};
use crate::pages::tutorials::{self, Tutorial};
use crate::pages::{about, complaints, texts};
use crate::request::{PageChrome, StaffSession};
use crate::routes::complaints::rules;
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;

pub(super) fn table() -> Vec<Declared> {
    let prepares = Access::Staff(PREPARES);
    let limit = || DefaultBodyLimit::max(MAX_FORM);
    vec![
        declare("GET", PATH, prepares, get(list)),
        declare("GET", "/gestion/textes/{text}", prepares, get(read)),
        declare("POST", "/gestion/textes/{text}", prepares, post(decide).layer(limit())),
        declare(
            "POST",
            "/gestion/textes/{text}/apercu",
            prepares,
            post(preview).layer(limit()),
        ),
    ]
}

/// The longest questions, every character of them written in several signs by the browser.
const MAX_FORM: usize = 1024 * 1024;

/// `GET /gestion/textes`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
) -> Result<Markup, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let mut latest = state.server().latest_texts(&consultation.id).await?;
    let texts: Vec<_> = TextKey::all().map(|key| (key, latest.remove(&key))).collect();
    Ok(render(&chrome, member, &consultation.title, &texts))
}

/// The text of a path.
fn named(text: &str) -> Result<TextKey, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// The page of a text; in the form what is `typed`, or else what is on line.
async fn view(
    state: &PortalState,
    consultation: &Consultation,
    text: TextKey,
    typed: Option<String>,
    outcome: Outcome,
) -> Result<TextView, PageError> {
    let mut versions = Vec::new();
    for version in state.server().text_versions(&consultation.id, text).await? {
        let content = version.content.as_ref();
        let written = content.map(|content| as_written(text, content)).transpose()?;
        versions.push(VersionView {
            written: written.unwrap_or_default(),
            version,
        });
    }
    let on_line = versions.first().map(|latest| latest.written.clone());
    let typed = match (typed.or(on_line), text) {
        (Some(typed), _) => typed,
        // What voters read is what one begins with.
        (None, TextKey::Faq) => faq_as_written(&default_faq()?)?,
        (None, TextKey::Words(..)) => String::new(),
    };
    Ok(TextView {
        consultation: consultation.title.clone(),
        text,
        versions,
        typed,
        outcome,
    })
}

/// `GET /gestion/textes/{text}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(text): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let outcome = Outcome::of(query.fait.as_deref());
    let view = view(&state, &consultation, named(&text)?, None, outcome).await?;
    Ok(render_one(&chrome, member, &view))
}

#[derive(Deserialize)]
struct TextForm {
    /// The version that it is made from.
    #[serde(default)]
    depuis: String,
    #[serde(default)]
    geste: String,
    texte: Option<String>,
    version: Option<String>,
}

impl TextForm {
    fn latest(&self) -> u32 {
        self.depuis.parse().unwrap_or(0)
    }

    /// What is asked for: an older version, or what was typed.
    fn asked(&self) -> Previewed<'_> {
        let number = self.version.as_deref().and_then(|number| number.parse().ok());
        number.map_or_else(
            || Previewed::Written(self.texte.as_deref().unwrap_or_default()),
            Previewed::Again,
        )
    }
}

impl<'a> From<Previewed<'a>> for NewText<'a> {
    fn from(asked: Previewed<'a>) -> Self {
        match asked {
            Previewed::Written(typed) => NewText::Written(typed),
            Previewed::Again(number) => NewText::Again(number),
        }
    }
}

/// `POST /gestion/textes/{text}/apercu`: the very page that voters would read, under a notice that says what it is.
async fn preview(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(text): Path<String>,
    Form(form): Form<TextForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let text = named(&text)?;
    let asked = form.asked();
    let content = state.server().text_content(&consultation.id, text, asked.into()).await;
    match content {
        Ok(Some(content)) => {
            chrome.here = path_of(text);
            chrome.preview = Some(banner(chrome.lang, text, form.latest(), asked));
            Ok(as_voters_see(&state, chrome, &consultation, text, content)
                .await?
                .into_response())
        }
        Ok(None) => Err(PageError::NotFound),
        Err(error) => refused(&state, chrome, member, (&consultation, text), (form, error)).await,
    }
}

/// The page on which voters read a text, with this content in it.
async fn as_voters_see(
    state: &PortalState,
    mut chrome: Chrome,
    consultation: &Consultation,
    key: TextKey,
    content: TextContent,
) -> Result<Markup, PageError> {
    let now = state.server().clock().now();
    let TextKey::Words(name, language) = key else {
        return Ok(texts::render_questions(&chrome, &read_faq(&content)?, Some(now), ""));
    };
    chrome.lang = Lang::parse(language.code()).unwrap_or(chrome.lang);
    let version = TextVersion {
        number: 1,
        content: Some(content),
        since: Some(now),
        source: TextSource::Written,
        by: String::new(),
    };
    let text = on_line(language, version).ok_or(PageError::NotFound)?;
    let guide = |tutorial| tutorials::render(&chrome, tutorial, Some(&text));
    Ok(match name {
        TextName::Foreword => texts::render_foreword(&chrome, &text),
        TextName::Complaints => {
            let mut rules = rules(state, consultation, chrome.lang).await?;
            rules.text = Some(text);
            complaints::render_list(&chrome, &rules, &[])
        }
        TextName::Legal => about::render_legal(&chrome, state.config().host.as_deref(), Some(&text)),
        TextName::Privacy => about::render_privacy(&chrome, Some(&text)),
        TextName::AccountGuide => guide(Tutorial::Account),
        TextName::VoteGuide => guide(Tutorial::Vote),
        TextName::CodeGuide => guide(Tutorial::Code),
    })
}

/// `POST /gestion/textes/{text}`: puts on line, takes off line, or goes back to the form with what was typed.
async fn decide(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(text): Path<String>,
    Form(form): Form<TextForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let text = named(&text)?;
    let (new, fait) = match form.geste.as_str() {
        "publier" => (form.asked().into(), "texte-en-ligne"),
        "retirer" => (NewText::Nothing, "texte-retire"),
        "corriger" => {
            let mut chrome = chrome;
            chrome.here = path_of(text);
            let view = view(&state, &consultation, text, form.texte, Outcome::None).await?;
            return Ok(render_one(&chrome, member, &view).into_response());
        }
        _ => return Err(PageError::NotFound),
    };
    let published = state
        .server()
        .publish_text(&consultation.id, text, form.latest(), new, Decider::Staff(member))
        .await;
    match published {
        Ok(_) => Ok(Redirect::to(&format!("{}?fait={fait}", path_of(text))).into_response()),
        Err(error) => refused(&state, chrome, member, (&consultation, text), (form, error)).await,
    }
}

/// The form again, with what was typed and what is wrong.
async fn refused(
    state: &PortalState,
    mut chrome: Chrome,
    member: &StaffMember,
    (consultation, text): (&Consultation, TextKey),
    (form, error): (TextForm, TextError),
) -> Result<Response, PageError> {
    if let TextError::Fault(fault) = error {
        return Err(PageError::Fault(fault));
    }
    chrome.here = path_of(text);
    let typed = matches!(form.asked(), Previewed::Written(_));
    let field = (typed && !matches!(error, TextError::Moved)).then_some("texte");
    let outcome = Outcome::Refused(error.message(), field);
    let view = view(state, consultation, text, form.texte, outcome).await?;
    Ok(drawn(status_of(error.class()), render_one(&chrome, member, &view)))
}
