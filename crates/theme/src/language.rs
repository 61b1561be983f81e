//! The language of a request: chosen in it, remembered by a cookie, or French.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use crate::i18n::Lang;

const LANG_COOKIE: &str = "langue";

/// The cookie of the chosen language.
#[must_use]
pub fn lang_cookie(lang: Lang) -> Cookie<'static> {
    Cookie::build((LANG_COOKIE, lang.code()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .build()
}

/// What makes the browser forget the language.
#[must_use]
pub fn forget_lang_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build((LANG_COOKIE, "")).path("/").build();
    cookie.make_removal();
    cookie
}

#[derive(Deserialize)]
struct LangQuery {
    lang: Option<String>,
}

/// The language chosen in this very request, if one was.
#[must_use]
pub fn chosen_lang(uri: &axum::http::Uri) -> Option<Lang> {
    let Query(query) = Query::<LangQuery>::try_from_uri(uri).ok()?;
    query.lang.as_deref().and_then(Lang::parse)
}

/// The language of the answer: chosen now, chosen before, or French.
#[must_use]
pub fn lang_of(uri: &axum::http::Uri, headers: &HeaderMap) -> Lang {
    let remembered = || {
        CookieJar::from_headers(headers)
            .get(LANG_COOKIE)
            .and_then(|cookie| Lang::parse(cookie.value()))
    };
    chosen_lang(uri).or_else(remembered).unwrap_or_default()
}

impl<S: Send + Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Lang, Infallible> {
        Ok(lang_of(&parts.uri, &parts.headers))
    }
}
