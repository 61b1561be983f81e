//! Style sheet, scripts and pictures, all from the binary.
//!
//! A file is served under a path that carries the hash of its bytes, so that a browser may keep it for ever, and is named in pages with an
//! `integrity` hash, so that a browser refuses any other bytes. There is no other place that a page can load from: the content security
//! policy says `'self'` and nothing else.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use std::io::Write as _;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use maud::{Markup, html};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Own;

#[derive(RustEmbed)]
#[folder = "../../web/dist/"]
struct Web;

/// The embedded files.
#[derive(Debug, Clone, Copy)]
pub struct Assets;

/// What the build of the booth wrote down: every file and its integrity hash.
#[derive(serde::Deserialize)]
struct Manifest {
    files: Vec<ManifestEntry>,
}

#[derive(serde::Deserialize)]
struct ManifestEntry {
    file: String,
    integrity: String,
}

impl Manifest {
    /// Empty when unreadable, and then no script of the booth is served: the build refuses that before.
    fn read() -> Manifest {
        Web::get("manifest.json")
            .and_then(|file| serde_json::from_slice(&file.data).ok())
            .unwrap_or(Manifest { files: Vec::new() })
    }
}

/// One embedded file, with what pages need to name it.
struct Asset {
    path: String,
    integrity: String,
    content_type: &'static str,
    file: EmbeddedFile,
    /// The same bytes by gzip, made once and not at every request; `None` when that is no shorter.
    gzip: Option<Vec<u8>>,
}

static ALL: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    let own = Own::iter().filter_map(|name| {
        let file = Own::get(&name)?;
        let integrity = format!("sha256-{}", STANDARD.encode(file.metadata.sha256_hash()));
        Some((name.to_string(), Asset::new(&name, integrity, file)))
    });
    let web = Manifest::read().files.into_iter().filter_map(|entry| {
        let file = Web::get(&entry.file)?;
        Some((entry.file.clone(), Asset::new(&entry.file, entry.integrity, file)))
    });
    own.chain(web).collect()
});

impl Asset {
    fn new(name: &str, integrity: String, file: EmbeddedFile) -> Asset {
        let hash: String = hex::encode(file.metadata.sha256_hash()).chars().take(16).collect();
        Asset {
            path: format!("/assets/{hash}/{name}"),
            integrity,
            content_type: content_type(name),
            gzip: gzip(&file.data).filter(|short| short.len() < file.data.len()),
            file,
        }
    }
}

/// Files depend on nobody and hold nothing secret, so they may be compressed without a thought for what compression leaks. Pages are not.
fn gzip(data: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).ok()?;
    encoder.finish().ok()
}

/// Whether the browser takes gzip: every one does, but a tool may not. RFC 9110, 12.5.3; a weight of 0 is a refusal.
fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
}

/// Only what we ship: an unknown ending is served as bytes, which no browser executes (nosniff).
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    }
}

impl Assets {
    /// The path of a file, hash included; the root when the file is not in the binary (a test forbids it).
    #[must_use]
    pub fn path(name: &str) -> &'static str {
        ALL.get(name).map_or("/", |asset| asset.path.as_str())
    }

    /// Every file: its name, and the path under which it is served.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        ALL.iter().map(|(name, asset)| (name.as_str(), asset.path.as_str()))
    }

    /// Every file: its name, and the integrity that browsers check.
    pub fn integrities() -> impl Iterator<Item = (&'static str, &'static str)> {
        ALL.iter()
            .map(|(name, asset)| (name.as_str(), asset.integrity.as_str()))
    }

    /// Whether the file is in the binary.
    #[must_use]
    pub fn has(name: &str) -> bool {
        ALL.contains_key(name)
    }

    fn integrity(name: &str) -> &'static str {
        ALL.get(name).map_or("", |asset| asset.integrity.as_str())
    }

    /// `<link>` to a style sheet.
    #[must_use]
    pub fn stylesheet(name: &str) -> Markup {
        html! { link rel="stylesheet" href=(Assets::path(name)) integrity=(Assets::integrity(name)); }
    }

    /// `<link>` to the small picture of the tab.
    #[must_use]
    pub fn favicon(name: &str) -> Markup {
        html! { link rel="icon" type="image/svg+xml" href=(Assets::path(name)); }
    }

    /// `<script type="module">`.
    #[must_use]
    pub fn module(name: &str) -> Markup {
        html! { script type="module" src=(Assets::path(name)) integrity=(Assets::integrity(name)) {} }
    }
}

/// `GET /assets/{hash}/{name}`: the bytes, kept for a year by whoever asks.
pub async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = ALL
        .get(&name)
        .filter(|asset| asset.path == format!("/assets/{hash}/{name}"))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let about = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    match &asset.gzip {
        Some(short) if takes_gzip(&headers) => {
            let coding = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            (about, [coding], short.as_slice()).into_response()
        }
        _ => (about, asset.file.data.clone()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_that_pages_name_are_embedded() {
        for name in ["theme.css", "favicon.svg", "booth.js", "booth-worker.js"] {
            assert!(Assets::has(name), "{name}");
            assert!(Assets::path(name).ends_with(name));
        }
    }

    /// One commit gives the same bytes whenever it is built: see `./run reproduce`.
    #[test]
    fn the_times_of_files_do_not_enter_the_program() {
        let embedded = Own::iter().filter_map(|name| Own::get(&name));
        let embedded: Vec<_> = embedded.chain(Web::iter().filter_map(|name| Web::get(&name))).collect();
        assert!(!embedded.is_empty());
        for file in embedded {
            assert_eq!(
                (file.metadata.last_modified(), file.metadata.created()),
                (Some(0), Some(0))
            );
        }
    }

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(takes("gzip, deflate, br, zstd"));
        assert!(takes("br;q=1.0, GZIP;q=0.8"));
        assert!(!takes("gzip;q=0"));
        assert!(!takes("gzip; q=0.000, br"));
        assert!(!takes("br"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn the_style_sheet_asks_for_nothing_elsewhere() {
        let css = String::from_utf8(Own::get("theme.css").unwrap().data.into_owned()).unwrap();
        assert!(
            !css.contains("url("),
            "the policy allows no picture or font from a style sheet"
        );
        assert!(!css.contains("@import"));
        assert!(
            !css.contains(":target"),
            "states are sent by the server, one per response"
        );
    }
}
