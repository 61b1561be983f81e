//! The theme: what the pages of the portal and of the registrar share.
//!
//! - [`layout`]: the frame of every page; [`components`], [`icons`]: the pieces pages are made of
//! - [`i18n`]: French and English, with [`language`], that of a request; [`when`]: dates and hours in words; [`markdown`]: the organiser's texts
//! - [`assets`]: style sheet, scripts and pictures, from the binary; [`headers`]: what every answer tells the browser
//! - [`inbox`]: what the demonstration shows of messages
//!
//! It knows neither votes nor codes: what stands in a page comes from the server that draws it.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod assets;
pub mod components;
pub mod headers;
pub mod i18n;
pub mod icons;
pub mod inbox;
pub mod language;
pub mod layout;
pub mod markdown;
pub mod when;
