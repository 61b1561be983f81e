//! Files that people send: nothing of them is believed. Type by content, sizes bounded before decoding, pictures decoded and written
//! anew (so that metadata and what hides behind a picture vanish), PDF refused when it can act.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView as _, ImageFormat, ImageReader, Limits, RgbImage, imageops};
use isoloir_domain::message::{Class, Message, Refusal};
use lopdf::{Dictionary, Document, LoadOptions, Object};
use tokio::sync::Semaphore;

use crate::Fault;

/// Largest attachment, in bytes.
pub const MAX_ATTACHMENT: usize = 5 * 1024 * 1024;
/// Largest manifesto, in bytes.
pub const MAX_MANIFESTO: usize = 2 * 1024 * 1024;
/// Most pages of a PDF.
pub const MAX_PAGES: usize = 8;
/// Width and height of every logo, in pixels.
pub const LOGO_BOX: u32 = 240;

/// Widest and highest picture that is decoded, in pixels.
const MAX_SIDE: u32 = 8_000;
/// Memory that one decoding may take.
const MAX_DECODED: u64 = 160 * 1024 * 1024;
/// What one stream of a PDF may inflate to.
const MAX_STREAM: usize = 32 * 1024 * 1024;
/// Pictures that people attach are written at most this large.
const KEPT_SIDE: u32 = 2_400;

/// One at a time: decoding is the heaviest thing that a stranger can ask for, and must not starve those who vote.
static TURN: Semaphore = Semaphore::const_new(1);

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub enum FileRefused {
    /// Neither PDF, PNG nor JPEG (for logos also WebP), by its content.
    #[error("the file is of no accepted type")]
    Type,
    /// Larger than the limit, in bytes.
    #[error("the file is larger than {0} bytes")]
    TooLarge(usize),
    /// Does not decode.
    #[error("the file cannot be read")]
    Unreadable,
    /// More pages than allowed.
    #[error("the document has {0} pages")]
    Pages(usize),
    /// An encrypted PDF.
    #[error("the document is encrypted")]
    Encrypted,
    /// A PDF with scripts, launch actions, forms that send, or embedded files.
    #[error("the document can act: {0}")]
    Active(&'static str),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for FileRefused {
    fn code(&self) -> &'static str {
        match self {
            Self::Type => "file_type",
            Self::TooLarge(_) => "file_too_large",
            Self::Unreadable => "file_unreadable",
            Self::Pages(_) => "file_pages",
            Self::Encrypted => "file_encrypted",
            Self::Active(_) => "file_active",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Type => Message::new(
                "Ce fichier n’est ni un PDF, ni une image PNG ou JPEG. Son nom ne compte pas\u{202f}; son contenu, oui.",
                "This file is neither a PDF nor a PNG or JPEG picture. Its name does not count; its content does.",
            ),
            Self::TooLarge(limit) => {
                let mega = limit / (1024 * 1024);
                Message::new(
                    format!("Ce fichier dépasse {mega}\u{a0}Mo."),
                    format!("This file is larger than {mega} MB."),
                )
            }
            Self::Unreadable => Message::new(
                "Ce fichier ne se lit pas\u{a0}: il est incomplet ou endommagé.",
                "This file cannot be read: it is incomplete or damaged.",
            ),
            Self::Pages(pages) => Message::new(
                format!("Ce document a {pages}\u{a0}pages\u{202f}; {MAX_PAGES} au plus sont admises."),
                format!("This document has {pages} pages; {MAX_PAGES} at most are accepted."),
            ),
            Self::Encrypted => Message::new(
                "Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection.",
                "This PDF is protected by a password. Save it without protection.",
            ),
            Self::Active(_) => Message::new(
                "Ce PDF contient des scripts, des actions ou des fichiers joints. Réenregistrez-le par «\u{a0}Imprimer en PDF\u{a0}».",
                "This PDF holds scripts, actions or attached files. Save it again with “Print to PDF”.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::TooLarge(_) => Class::TooLarge,
            Self::Fault(fault) => fault.class(),
            _ => Class::Unprocessable,
        }
    }
}

/// A file that was examined: what is stored and served, never what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// `application/pdf`, `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// Pages of a PDF; 1 for a picture.
    pub pages: u32,
    /// Bytes to store.
    pub bytes: Vec<u8>,
}

/// What a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A list's logo: becomes a picture of [`LOGO_BOX`] pixels on each side, on white.
    Logo,
    /// A list's manifesto: a PDF.
    Manifesto,
    /// A piece of evidence: PDF, PNG or JPEG.
    Attachment,
}

/// Examines a file off the async threads, one at a time.
///
/// # Errors
/// [`FileRefused`].
pub async fn examine(purpose: Purpose, bytes: Vec<u8>) -> Result<Examined, FileRefused> {
    let _turn = TURN.acquire().await.map_err(|_| Fault::Stopping)?;
    let work = tokio::task::spawn_blocking(move || examine_now(purpose, bytes));
    // A decoder that panics on a crafted file refuses that file.
    work.await.unwrap_or(Err(FileRefused::Unreadable))
}

/// As [`examine`], on this thread.
///
/// # Errors
/// [`FileRefused`].
pub fn examine_now(purpose: Purpose, bytes: Vec<u8>) -> Result<Examined, FileRefused> {
    match purpose {
        Purpose::Logo => logo(&bytes),
        Purpose::Manifesto if bytes.len() > MAX_MANIFESTO => Err(FileRefused::TooLarge(MAX_MANIFESTO)),
        Purpose::Manifesto => pdf(bytes),
        Purpose::Attachment if bytes.len() > MAX_ATTACHMENT => Err(FileRefused::TooLarge(MAX_ATTACHMENT)),
        Purpose::Attachment if bytes.starts_with(b"%PDF-") => pdf(bytes),
        Purpose::Attachment => picture(&bytes),
    }
}

fn decode(bytes: &[u8], formats: &[ImageFormat]) -> Result<(DynamicImage, ImageFormat), FileRefused> {
    let format = image::guess_format(bytes).map_err(|_| FileRefused::Type)?;
    if !formats.contains(&format) {
        return Err(FileRefused::Type);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| FileRefused::Unreadable)?;
    if picture.width() == 0 || picture.height() == 0 {
        return Err(FileRefused::Unreadable);
    }
    Ok((picture, format))
}

/// The picture on a white sheet of the same size: what was transparent becomes white, never black.
fn on_white(picture: &DynamicImage, width: u32, height: u32) -> RgbImage {
    let mut sheet = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(
        width,
        height,
        image::Rgba([255, 255, 255, 255]),
    ));
    let left = i64::from(width.saturating_sub(picture.width()) / 2);
    let top = i64::from(height.saturating_sub(picture.height()) / 2);
    imageops::overlay(&mut sheet, &picture.to_rgba8(), left, top);
    sheet.to_rgb8()
}

fn encode(picture: RgbImage, format: ImageFormat) -> Result<Vec<u8>, FileRefused> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut out, format)
        .map_err(|_| FileRefused::Unreadable)?;
    Ok(out.into_inner())
}

fn logo(bytes: &[u8]) -> Result<Examined, FileRefused> {
    if bytes.len() > MAX_MANIFESTO {
        return Err(FileRefused::TooLarge(MAX_MANIFESTO));
    }
    let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    let (picture, _) = decode(bytes, &formats)?;
    let scaled = picture.resize(LOGO_BOX, LOGO_BOX, imageops::FilterType::Lanczos3);
    Ok(Examined {
        media_type: "image/png",
        pages: 1,
        bytes: encode(on_white(&scaled, LOGO_BOX, LOGO_BOX), ImageFormat::Png)?,
    })
}

fn picture(bytes: &[u8]) -> Result<Examined, FileRefused> {
    let (picture, format) = decode(bytes, &[ImageFormat::Png, ImageFormat::Jpeg])?;
    let (width, height) = picture.dimensions();
    let scaled = if width > KEPT_SIDE || height > KEPT_SIDE {
        picture.resize(KEPT_SIDE, KEPT_SIDE, imageops::FilterType::Triangle)
    } else {
        picture
    };
    let (width, height) = scaled.dimensions();
    Ok(Examined {
        media_type: if format == ImageFormat::Jpeg {
            "image/jpeg"
        } else {
            "image/png"
        },
        pages: 1,
        bytes: encode(on_white(&scaled, width, height), format)?,
    })
}

/// Names that let a document act, wherever they stand as a key or as the type of an action.
const ACTIVE: [(&[u8], &str); 14] = [
    (b"JavaScript", "JavaScript"),
    (b"JS", "JavaScript"),
    (b"Launch", "Launch"),
    (b"EmbeddedFile", "EmbeddedFile"),
    (b"EmbeddedFiles", "EmbeddedFiles"),
    (b"EF", "EmbeddedFiles"),
    (b"AF", "associated files"),
    (b"SubmitForm", "SubmitForm"),
    (b"ImportData", "ImportData"),
    (b"GoToE", "GoToE"),
    (b"GoToR", "GoToR"),
    (b"RichMedia", "RichMedia"),
    (b"XFA", "XFA"),
    (b"AA", "additional actions"),
];

fn pdf(bytes: Vec<u8>) -> Result<Examined, FileRefused> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(FileRefused::Type);
    }
    let document = Document::load_mem_with_options(&bytes, LoadOptions::with_max_decompressed_size(MAX_STREAM));
    let document = document.map_err(|error| match error {
        lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword => FileRefused::Encrypted,
        _ => FileRefused::Unreadable,
    })?;
    if document.is_encrypted() || document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(FileRefused::Encrypted);
    }
    let pages = document.get_pages().len();
    if pages == 0 {
        return Err(FileRefused::Unreadable);
    }
    if pages > MAX_PAGES {
        return Err(FileRefused::Pages(pages));
    }
    // Objects that the lenient reader left out are looked for in the bytes themselves.
    for sign in [&b"/JavaScript"[..], b"/Launch", b"/EmbeddedFile"] {
        if bytes.windows(sign.len()).any(|window| window == sign) {
            return Err(FileRefused::Active("an action"));
        }
    }
    check_dictionary(&document.trailer)?;
    for object in document.objects.values() {
        check(object, 0)?;
    }
    Ok(Examined {
        media_type: "application/pdf",
        pages: u32::try_from(pages).unwrap_or(u32::MAX),
        bytes,
    })
}

/// Deeper than any document that a person writes; the reader has its own limit too.
const MAX_DEPTH: u32 = 64;

fn check(object: &Object, depth: u32) -> Result<(), FileRefused> {
    if depth > MAX_DEPTH {
        return Err(FileRefused::Unreadable);
    }
    match object {
        Object::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Object::Dictionary(dictionary) => within(dictionary, depth),
        Object::Stream(stream) => within(&stream.dict, depth),
        _ => Ok(()),
    }
}

fn within(dictionary: &Dictionary, depth: u32) -> Result<(), FileRefused> {
    check_dictionary(dictionary)?;
    dictionary.iter().try_for_each(|(_, value)| check(value, depth + 1))
}

fn check_dictionary(dictionary: &Dictionary) -> Result<(), FileRefused> {
    for (key, value) in dictionary.iter() {
        let kind = match value {
            Object::Name(name) if matches!(key.as_slice(), b"S" | b"Type" | b"Subtype") => Some(name.as_slice()),
            _ => None,
        };
        for (name, what) in ACTIVE {
            if key.as_slice() == name || kind == Some(name) {
                return Err(FileRefused::Active(what));
            }
        }
    }
    Ok(())
}

/// A file's name as it may be shown and offered again: no path, no control character, no sign that a shell or a header reads.
#[must_use]
pub fn safe_name(name: &str, media_type: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let kept: String = stem
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '’') {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    let kept = kept.trim_matches([' ', '-', '.']);
    let ending = match media_type {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        _ => "png",
    };
    if kept.is_empty() {
        format!("fichier.{ending}")
    } else {
        format!("{kept}.{ending}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Stream, dictionary};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(width, height)
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    /// A small document of `pages` pages, with `extra` in its catalogue.
    fn document(pages: usize, extra: &[(&str, Object)]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let kids: Vec<Object> = (0..pages)
            .map(|_| {
                let content = document.add_object(Stream::new(dictionary! {}, b"BT ET".to_vec()));
                Object::Reference(document.add_object(dictionary! {
                    "Type" => "Page", "Parent" => tree, "Contents" => content,
                    "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
                }))
            })
            .collect();
        let count = i64::try_from(kids.len()).unwrap();
        document.objects.insert(
            tree,
            Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }),
        );
        let mut catalogue = dictionary! { "Type" => "Catalog", "Pages" => tree };
        for (key, value) in extra {
            catalogue.set(*key, value.clone());
        }
        let catalogue = document.add_object(catalogue);
        document.trailer.set("Root", catalogue);
        let mut out = Vec::new();
        document.save_to(&mut out).unwrap();
        out
    }

    #[test]
    fn every_logo_becomes_the_same_box_on_white() {
        for (width, height) in [(1, 1), (900, 30), (240, 240)] {
            let logo = examine_now(Purpose::Logo, png(width, height)).unwrap();
            let read = image::load_from_memory(&logo.bytes).unwrap().to_rgb8();
            assert_eq!(read.dimensions(), (LOGO_BOX, LOGO_BOX));
            assert_eq!(read.get_pixel(0, 0).0, [255, 255, 255]);
        }
    }

    #[test]
    fn what_hides_behind_a_picture_is_gone() {
        let mut bytes = png(20, 20);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let kept = examine_now(Purpose::Attachment, bytes).unwrap();
        assert!(!kept.bytes.windows(7).any(|window| window == b"<script"));
        assert_eq!(kept.media_type, "image/png");
    }

    #[test]
    fn a_disguised_file_is_refused_by_its_content() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec();
        for purpose in [Purpose::Logo, Purpose::Attachment, Purpose::Manifesto] {
            for bytes in [svg.clone(), b"MZ\x90\0".to_vec(), Vec::new(), b"GIF89a".to_vec()] {
                assert!(
                    matches!(examine_now(purpose, bytes), Err(FileRefused::Type)),
                    "{purpose:?}"
                );
            }
        }
        assert!(matches!(
            examine_now(Purpose::Manifesto, png(2, 2)),
            Err(FileRefused::Type)
        ));
        let cut = png(200, 200).into_iter().take(60).collect();
        assert!(matches!(
            examine_now(Purpose::Attachment, cut),
            Err(FileRefused::Unreadable)
        ));
    }

    #[test]
    fn sizes_are_bounded_before_decoding() {
        let large = vec![0; MAX_ATTACHMENT + 1];
        assert!(matches!(
            examine_now(Purpose::Attachment, large),
            Err(FileRefused::TooLarge(MAX_ATTACHMENT))
        ));
        // A picture that says that it is enormous.
        let mut bomb = png(4, 4);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(matches!(
            examine_now(Purpose::Attachment, bomb),
            Err(FileRefused::Unreadable)
        ));
    }

    #[test]
    fn a_document_that_can_act_is_refused() {
        assert_eq!(examine_now(Purpose::Manifesto, document(2, &[])).unwrap().pages, 2);
        let script =
            Object::Dictionary(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") });
        let launch = Object::Dictionary(dictionary! { "S" => "Launch", "F" => Object::string_literal("calc.exe") });
        let files = Object::Dictionary(dictionary! { "EmbeddedFiles" => Object::Array(vec![]) });
        for (key, value) in [("OpenAction", script), ("OpenAction", launch), ("Names", files)] {
            assert!(
                matches!(
                    examine_now(Purpose::Manifesto, document(1, &[(key, value)])),
                    Err(FileRefused::Active(_))
                ),
                "{key}"
            );
        }
        assert!(matches!(
            examine_now(Purpose::Manifesto, document(9, &[])),
            Err(FileRefused::Pages(9))
        ));
        assert!(matches!(
            examine_now(Purpose::Manifesto, b"%PDF-1.7\nnot a document".to_vec()),
            Err(FileRefused::Unreadable)
        ));
    }

    #[test]
    fn a_name_is_shown_without_what_makes_it_dangerous() {
        assert_eq!(safe_name("../../etc/passwd", "application/pdf"), "passwd.pdf");
        assert_eq!(
            safe_name("C:\\x\\photo d’identité.exe", "image/jpeg"),
            "photo d’identité.jpg"
        );
        assert_eq!(safe_name("\"\r\nSet-Cookie: a", "image/png"), "Set-Cookie- a.png");
        assert_eq!(safe_name("", "image/png"), "fichier.png");
    }
}
