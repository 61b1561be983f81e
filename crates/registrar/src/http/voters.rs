//! Pages for voters, on the registrar's own origin. A GET or HEAD changes nothing; a POST is taken from one of these pages alone.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use isoloir_domain::delivery::Channel;
use isoloir_theme::assets;
use isoloir_theme::headers::{FIXED, is_same_origin};
use isoloir_theme::i18n::Lang;
use isoloir_theme::inbox::InboxMail;
use isoloir_theme::language::chosen_lang;
use isoloir_theme::layout::Site;
use maud::Markup;
use serde::Deserialize;

use super::{Refused, Shared};
use crate::contest::{ContestStanding, Contested};
use crate::make_code::MakeError;
use crate::open_link::LinkStanding;
use crate::pages::{self, Around, SECONDS};

/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

pub(super) fn routes(shared: Shared) -> Router {
    let mut pages = Router::new()
        .route("/reassort/{token}", get(link).post(renew))
        .route("/contestation/{token}", get(contest).post(contested));
    if shared.pages.demonstration {
        pages = pages.route("/demonstration/boite", get(inbox));
    }
    let pages = pages.layer(middleware::from_fn_with_state(shared.clone(), guard));
    pages
        .route("/assets/{hash}/{name}", get(assets::serve))
        .route("/api/livraison/sms/{token}", get(sms_report))
        .with_state(shared)
}

/// Sets what a browser is told of a page, and refuses what another site's page sends.
pub(super) async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let own = shared.registrar.desk().map(|desk| &desk.origin);
    let ours = own.is_some_and(|own| is_same_origin(request.headers(), own));
    let mut response = if request.method().is_safe() || ours {
        next.run(request).await
    } else {
        tracing::warn!("cross-site request refused");
        Refused::OTHER_ORIGIN.into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// A form as posted.
#[derive(Default, Deserialize)]
struct Form {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    duree: String,
}

impl Form {
    fn read(body: &Bytes) -> Form {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let uri: Option<Uri> = format!("/?{text}").parse().ok();
        uri.and_then(|uri| Query::try_from_uri(&uri).ok())
            .map_or_else(Form::default, |Query(form)| form)
    }

    fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or_default()
    }

    fn seconds(&self) -> u32 {
        let [first, ..] = SECONDS;
        let asked = self.duree.parse().ok();
        asked.filter(|seconds| SECONDS.contains(seconds)).unwrap_or(first)
    }
}

/// Draws a page with what surrounds it. The names of the consultation are missing when the database does not answer.
async fn drawn(shared: &Shared, lang: Lang, here: &str, draw: impl FnOnce(&Around<'_>) -> Markup) -> Markup {
    let known = shared.registrar.store().consultation().await.ok().flatten();
    let site = known.map_or_else(
        || Site {
            title: "Isoloir".to_owned(),
            organiser: String::new(),
        },
        |known| Site {
            title: known.title,
            organiser: known.organiser,
        },
    );
    draw(&Around {
        lang,
        config: &shared.pages,
        site: &site,
        here,
    })
}

async fn unavailable(
    shared: &Shared,
    lang: Lang,
    here: &str,
    error: &(dyn std::error::Error + Send + Sync),
) -> Response {
    tracing::error!(%error, "a page cannot be drawn");
    let page = drawn(shared, lang, here, pages::unavailable).await;
    (StatusCode::SERVICE_UNAVAILABLE, page).into_response()
}

/// `GET /reassort/{token}`.
async fn link(State(shared): State<Shared>, Path(token): Path<String>, uri: Uri) -> Response {
    let lang = chosen_lang(&uri).unwrap_or_default();
    match shared.registrar.open_link(&token).await {
        Ok(LinkStanding::Good) => drawn(&shared, lang, uri.path(), pages::renew).await.into_response(),
        Ok(standing) => {
            let page = drawn(&shared, lang, uri.path(), |around| pages::link_over(around, standing)).await;
            (status_of(standing), page).into_response()
        }
        Err(error) => unavailable(&shared, lang, uri.path(), &error).await,
    }
}

/// `POST /reassort/{token}`: the code, once.
async fn renew(State(shared): State<Shared>, Path(token): Path<String>, uri: Uri, body: Bytes) -> Response {
    let form = Form::read(&body);
    let (lang, here) = (form.lang(), uri.path());
    match shared.registrar.make_code(&token).await {
        Ok(code) => {
            tracing::info!("a code was made by a link");
            let page = drawn(&shared, lang, here, |around| pages::code(around, &code, form.seconds())).await;
            page.into_response()
        }
        Err(MakeError::Store(error)) => unavailable(&shared, lang, here, &error).await,
        Err(error @ MakeError::Damaged) => unavailable(&shared, lang, here, &error).await,
        Err(why) => {
            let status = match &why {
                MakeError::Link(standing) => status_of(*standing),
                _ => StatusCode::TOO_MANY_REQUESTS,
            };
            let page = drawn(&shared, lang, here, |around| pages::not_made(around, &why)).await;
            (status, page).into_response()
        }
    }
}

fn status_of(standing: LinkStanding) -> StatusCode {
    match standing {
        LinkStanding::Unknown => StatusCode::NOT_FOUND,
        LinkStanding::Good => StatusCode::OK,
        LinkStanding::Used | LinkStanding::Expired | LinkStanding::Void => StatusCode::GONE,
    }
}

/// `GET /contestation/{token}`.
async fn contest(State(shared): State<Shared>, Path(token): Path<String>, uri: Uri) -> Response {
    let lang = chosen_lang(&uri).unwrap_or_default();
    match shared.registrar.open_contest(&token).await {
        Ok(standing) => {
            let status = match standing {
                ContestStanding::Open | ContestStanding::Done => StatusCode::OK,
                ContestStanding::Over => StatusCode::GONE,
                ContestStanding::Unknown => StatusCode::NOT_FOUND,
            };
            let page = drawn(&shared, lang, uri.path(), |around| pages::contest(around, standing)).await;
            (status, page).into_response()
        }
        Err(error) => unavailable(&shared, lang, uri.path(), &error).await,
    }
}

/// `POST /contestation/{token}`: the code is void.
async fn contested(State(shared): State<Shared>, Path(token): Path<String>, uri: Uri, body: Bytes) -> Response {
    let lang = Form::read(&body).lang();
    match shared.registrar.contest_code(&token).await {
        Ok(outcome) => {
            let status = match outcome {
                Contested::NotOpen => StatusCode::GONE,
                Contested::Voided | Contested::Replaced => StatusCode::OK,
            };
            let page = drawn(&shared, lang, uri.path(), |around| pages::contested(around, outcome)).await;
            (status, page).into_response()
        }
        Err(error) => unavailable(&shared, lang, uri.path(), &error).await,
    }
}

/// `GET /demonstration/boite`, in a demonstration alone.
async fn inbox(State(shared): State<Shared>, uri: Uri) -> Response {
    let lang = chosen_lang(&uri).unwrap_or_default();
    let mails = match shared.registrar.demonstration_inbox().await {
        Ok(mails) => mails,
        Err(error) => return unavailable(&shared, lang, uri.path(), &error).await,
    };
    let mails: Vec<InboxMail> = mails
        .into_iter()
        .map(|mail| InboxMail {
            sms: mail.channel == Channel::Sms,
            to: mail.to,
            subject: mail.subject,
            body: mail.body,
            at: mail.at,
        })
        .collect();
    let own = shared.registrar.desk().map_or("", |desk| desk.origin.as_str());
    let page = drawn(&shared, lang, uri.path(), |around| {
        pages::demonstration_inbox(around, own, &mails)
    })
    .await;
    page.into_response()
}

#[derive(Deserialize)]
struct Report {
    etat: u32,
}

/// `GET /api/livraison/sms/{token}?etat=N`: a GET that changes something, since that is how Kannel reports. The token is a secret of one message,
/// and a repeated report changes nothing.
async fn sms_report(State(shared): State<Shared>, Path(token): Path<String>, Query(report): Query<Report>) -> Response {
    match shared.registrar.record_sms_report(&token, report.etat).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a report was not recorded");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
