//! What every answer with a page tells the browser, whoever serves it; and whether a request comes from one of our own pages.

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use isoloir_domain::Origin;

/// The headers that never change. The content security policy is each server's own.
pub const FIXED: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), \
             publickey-credentials-get=(), usb=(), browsing-topics=()",
        ),
    ),
];

/// Whether a browser's request comes from one of our own pages, by what the browser itself says.
///
/// `Sec-Fetch-Site` is authoritative where it is sent; older browsers send `Origin`. A request with neither is not a browser's, and carries no
/// cookie that a third party could ride on.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, own: &Origin) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    headers.get(header::ORIGIN).is_none_or(|origin| origin == own.as_str())
}
