//! What every answer tells the browser: load nothing from elsewhere, run nothing inline, be framed by nobody, keep nothing.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use isoloir_service::franceconnect::IdentityProvider;
use isoloir_theme::headers::{FIXED, is_same_origin};
use isoloir_theme::language::{chosen_lang, lang_cookie};

use crate::config::PortalConfig;
use crate::state::PortalState;

/// The content security policy. `wasm-unsafe-eval` lets the booth's cryptography run; nothing lets a text become a script. A form may lead to the
/// provider of identities, at the origin `provider`, and nowhere else.
#[must_use]
pub fn content_security_policy(config: &PortalConfig, provider: Option<&str>) -> String {
    let provider = provider.map_or_else(String::new, |origin| format!(" {origin}"));
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; media-src 'self'; worker-src 'self'; \
         connect-src 'self' {}; form-action 'self'{provider}; frame-ancestors 'none'; base-uri 'none'",
        config.registrar_origin
    )
}

/// Sets the headers of every answer, remembers a chosen language, and refuses what another site's page sends.
pub(crate) async fn secure(State(state): State<PortalState>, request: Request, next: Next) -> Response {
    let config = state.config();
    let chosen = chosen_lang(request.uri());
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let mut response = if safe || is_same_origin(request.headers(), &config.origin) {
        next.run(request).await
    } else {
        tracing::warn!("cross-site request refused");
        StatusCode::FORBIDDEN.into_response()
    };
    if let Some(lang) = chosen {
        response = (CookieJar::new().add(lang_cookie(lang)), response).into_response();
    }
    let provider = state.server().identity_provider().map(IdentityProvider::origin);
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(config, provider.as_deref())) {
        // A file that people sent brings a stricter one.
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    if config.origin.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
