//! The page of a delivery place (*lieu de remise*), on the registrar's own origin: scan a reference, compare the name, hand the notice over; end; destroy.
//!
//! A one-use link opens it for the length of a session, for that place only. GET changes nothing, and nothing needs a script: a
//! scanner types like a keyboard and ends with Enter. No code is ever on these pages.

use axum::Router;
use axum::extract::{Form, FromRequestParts, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use isoloir_documents::remittance::{Destruction, Reason, destruction_certificate};
use isoloir_theme::i18n::Lang;
use isoloir_theme::language::{chosen_lang, lang_cookie, lang_of};
use maud::Markup;
use serde::Deserialize;

use super::Shared;
use super::voters::guard;
use crate::Reference;
use crate::follow_notices::{DeliveryPlace, FollowError, NoticeStatus};
use crate::pages::place::{self as pages, Desk, Frame, Said};
use crate::store::StoreError;

pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/remise", get(desk))
        .route("/remise/lien/{token}", get(look_at_link).post(open_link))
        .route("/remise/scan", get(to_desk).post(scan))
        .route("/remise/annulation", get(to_desk).post(take_back))
        .route("/remise/cloture", get(ask_to_close).post(close))
        .route("/remise/destruction", get(to_desk).post(destroy))
        .route("/remise/certificat.pdf", get(certificate))
        .route("/remise/sortie", get(to_desk).post(leave))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared)
}

/// Name of the session's cookie: with the `__Host-` prefix wherever the browser honours it.
fn cookie_name(shared: &Shared) -> &'static str {
    if is_secure(shared) {
        "__Host-isoloir-remise"
    } else {
        "isoloir-remise"
    }
}

fn is_secure(shared: &Shared) -> bool {
    shared.registrar.desk().is_some_and(|desk| desk.origin.is_https())
}

/// What a page answers when it cannot do what was asked.
enum Refusal {
    /// No session: a link is needed.
    NoSession(Shared, Lang),
    /// A fault: logged, and said to be one.
    Fault(FollowError),
}

impl From<FollowError> for Refusal {
    fn from(error: FollowError) -> Self {
        Self::Fault(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoSession(shared, lang) => {
                let page = pages::no_session(&frame(&shared, lang, "/remise"));
                (StatusCode::FORBIDDEN, page).into_response()
            }
            Self::Fault(error) => {
                tracing::error!(%error, "a delivery place's page");
                super::Refused::FAULT.into_response()
            }
        }
    }
}

/// A frame outside any place's session.
fn frame<'a>(shared: &'a Shared, lang: Lang, here: &'a str) -> Frame<'a> {
    Frame {
        lang,
        config: &shared.pages,
        here,
        organiser: None,
    }
}

/// The place whose session this browser has.
struct AtPlace {
    state: Shared,
    desk: DeliveryPlace,
    session: String,
    lang: Lang,
}

impl FromRequestParts<Shared> for AtPlace {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<AtPlace, Refusal> {
        let lang = lang_of(&parts.uri, &parts.headers);
        let refusal = || Refusal::NoSession(state.clone(), lang);
        let jar = CookieJar::from_headers(&parts.headers);
        let cookie = jar.get(cookie_name(state)).ok_or_else(refusal)?;
        let session = cookie.value().to_owned();
        let desk = state.registrar.place_of_session(&session).await?.ok_or_else(refusal)?;
        Ok(AtPlace {
            state: state.clone(),
            desk,
            session,
            lang,
        })
    }
}

impl AtPlace {
    fn code(&self) -> &str {
        &self.desk.place.code
    }

    /// The desk as it is now, with what was just done.
    async fn show(&self, said: Option<Said>) -> Result<Markup, Refusal> {
        let at = async |status| self.state.registrar.notices_at(self.code(), status).await;
        let desk = Desk {
            place: &self.desk,
            waiting: at(NoticeStatus::Made).await?,
            handed: at(NoticeStatus::Handed).await?.len(),
            undelivered: at(NoticeStatus::Undelivered).await?,
            destroyed: at(NoticeStatus::Destroyed).await?.len(),
            said,
        };
        Ok(pages::desk(&self.frame("/remise"), &desk))
    }

    fn frame<'a>(&'a self, here: &'a str) -> Frame<'a> {
        Frame {
            organiser: Some(&self.desk.organiser),
            ..frame(&self.state, self.lang, here)
        }
    }
}

/// `GET /remise`.
async fn desk(at: AtPlace, uri: Uri, jar: CookieJar) -> Result<Response, Refusal> {
    let page = at.show(None).await?;
    // The language chosen by the switch is kept for the next pages.
    match chosen_lang(&uri) {
        Some(lang) => Ok((jar.add(lang_cookie(lang)), page).into_response()),
        None => Ok(page.into_response()),
    }
}

/// A page that only a form leads to, asked for again.
async fn to_desk() -> Redirect {
    Redirect::to("/remise")
}

/// `GET /remise/lien/{token}`: changes nothing, since mail scanners open links.
async fn look_at_link(
    State(shared): State<Shared>,
    lang: Lang,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let path = format!("/remise/lien/{token}");
    let frame = frame(&shared, lang, &path);
    if shared.registrar.place_link_is_good(&token).await? {
        Ok(pages::link(&frame).into_response())
    } else {
        Ok((StatusCode::GONE, pages::link_gone(&frame)).into_response())
    }
}

/// `POST /remise/lien/{token}`: consumes the link.
async fn open_link(
    State(shared): State<Shared>,
    lang: Lang,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response, Refusal> {
    let Some(session) = shared.registrar.enter_place(&token).await? else {
        let page = pages::link_gone(&frame(&shared, lang, "/remise"));
        return Ok((StatusCode::GONE, page).into_response());
    };
    let cookie = Cookie::build((cookie_name(&shared), session.as_str().to_owned()))
        .path("/")
        .secure(is_secure(&shared))
        .http_only(true)
        .same_site(SameSite::Strict);
    Ok((jar.add(cookie), Redirect::to("/remise")).into_response())
}

#[derive(Deserialize)]
struct Scanned {
    reference: String,
}

/// `POST /remise/scan`: records the notice as handed over, if it may be.
async fn scan(at: AtPlace, Form(scanned): Form<Scanned>) -> Result<Markup, Refusal> {
    let said = match scanned.reference.parse::<Reference>() {
        Ok(reference) => Said::Scanned(reference, at.state.registrar.hand_over(at.code(), reference).await?),
        Err(why) => Said::Mistyped(scanned.reference.chars().take(40).collect(), why),
    };
    at.show(Some(said)).await
}

/// `POST /remise/annulation`: takes a handing over back.
async fn take_back(at: AtPlace, Form(scanned): Form<Scanned>) -> Result<Markup, Refusal> {
    let Ok(reference) = scanned.reference.parse::<Reference>() else {
        return at.show(None).await;
    };
    let said = match at.state.registrar.take_back(at.code(), reference).await {
        Ok(true) => Some(Said::TakenBack(reference)),
        Ok(false) | Err(FollowError::Closed(_)) => None,
        Err(error) => return Err(error.into()),
    };
    at.show(said).await
}

/// `GET /remise/cloture`: asks before what cannot be undone.
async fn ask_to_close(at: AtPlace) -> Result<Response, Refusal> {
    if at.desk.closed.is_some() {
        return Ok(Redirect::to("/remise").into_response());
    }
    let left = at.state.registrar.notices_at(at.code(), NoticeStatus::Made).await?;
    Ok(pages::ask_to_close(&at.frame("/remise/cloture"), left.len()).into_response())
}

/// `POST /remise/cloture`.
async fn close(at: AtPlace) -> Result<Redirect, Refusal> {
    match at.state.registrar.close_place(at.code()).await {
        Ok(_) | Err(FollowError::Closed(_)) => Ok(Redirect::to("/remise")),
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
struct Witnesses {
    first: String,
    second: String,
}

/// `POST /remise/destruction`.
async fn destroy(at: AtPlace, Form(typed): Form<Witnesses>) -> Result<Response, Refusal> {
    let name = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(120)
            .collect::<String>()
    };
    let witnesses: Vec<String> = [&typed.first, &typed.second].map(|text| name(text)).into();
    if witnesses.iter().any(String::is_empty) || witnesses.first() == witnesses.last() {
        let page = at.show(Some(Said::WitnessesMissing(witnesses))).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    match at.state.registrar.destroy_undelivered(at.code(), &witnesses).await {
        Ok(_) | Err(FollowError::Open(_)) => Ok(Redirect::to("/remise").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// `GET /remise/certificat.pdf`.
async fn certificate(at: AtPlace) -> Result<Response, Refusal> {
    let registrar = &at.state.registrar;
    let Some((when, witnesses)) = registrar.destruction(at.code()).await? else {
        return Ok(Redirect::to("/remise").into_response());
    };
    let notices: Vec<(String, Reason)> = registrar
        .notices_at(at.code(), NoticeStatus::Destroyed)
        .await?
        .iter()
        .map(|notice| {
            let reason = if notice.void { Reason::Void } else { Reason::Undelivered };
            (notice.reference.to_string(), reason)
        })
        .collect();
    let place = format!("{} ({})", at.desk.place.name, at.desk.place.code);
    let paper = destruction_certificate(&Destruction {
        organiser: &at.desk.organiser,
        consultation: &at.desk.consultation,
        place: &place,
        at: when,
        witnesses: &witnesses,
        notices: &notices,
    });
    let file = isoloir_documents::pdf(&paper).map_err(|error| {
        tracing::error!(%error, "a certificate");
        FollowError::Damaged("a certificate")
    })?;
    let told = [
        (CONTENT_TYPE, "application/pdf"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"certificat-de-destruction.pdf\"",
        ),
    ];
    Ok((told, file).into_response())
}

/// `POST /remise/sortie`.
async fn leave(at: AtPlace, jar: CookieJar) -> Result<Response, Refusal> {
    at.state.registrar.leave_place(&at.session).await?;
    let name = cookie_name(&at.state);
    let mut gone = Cookie::build((name, "")).path("/").secure(is_secure(&at.state)).build();
    gone.make_removal();
    let frame = at.frame("/remise");
    Ok((jar.add(gone), pages::left(&frame)).into_response())
}
