//! The picture and the sound of a captcha. The form that carries them asks for another by itself.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use isoloir_service::captcha::Media;

use crate::access::{Access, Declared, declare};
use crate::error::PageError;
use crate::limits::Limit;
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/captcha/{captcha}/image", Public, get(image)).limited(Limit::Captcha),
        declare("GET", "/captcha/{captcha}/son", Public, get(sound)).limited(Limit::Captcha),
    ]
}

/// `GET /captcha/{captcha}/image`.
async fn image(State(state): State<PortalState>, Path(id): Path<String>) -> Result<Response, PageError> {
    served(state.server().captcha().image(&id).await?)
}

/// `GET /captcha/{captcha}/son`, in the language of the page.
async fn sound(State(state): State<PortalState>, lang: Lang, Path(id): Path<String>) -> Result<Response, PageError> {
    served(state.server().captcha().sound(&id, lang.language()).await?)
}

/// An unknown or expired challenge is a page that does not exist. Nothing of it is cached: that is said for every answer.
fn served(media: Option<Media>) -> Result<Response, PageError> {
    let Media { kind, bytes } = media.ok_or(PageError::NotFound)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
