//! The portal: what a browser sees of the voting server.
//!
//! - [`routes`]: the table of routes, with who may call each; [`router`] mounts it
//! - [`access`]: the guard in front of every route
//! - [`limits`]: how often a network may try; [`captcha`]: the captcha of a form
//! - [`request`], [`error`], [`headers`]: what every request brings, how every error ends, what every answer tells the browser
//! - `api`: the JSON side, for the booth, verifiers and watchers
//! - [`pages`]: one file for each page, drawn from plain structs; [`layout`], [`components`], [`icons`], [`when`]: what they are made of
//! - [`markdown`]: the organiser's texts; [`i18n`]: French and English; [`assets`]: style sheet and scripts, from the binary
//! - `papers`: what the portal gives as PDF, in words
//! - [`i18n`]: French and English; [`assets`]: style sheet and scripts, from the binary
//!
//! Pages work without a script, except the booth, which encrypts on the voter's own device.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod access;
pub mod accessibility;
mod api;
pub mod assets;
mod browser;
pub mod captcha;
pub mod components;
pub mod config;
pub mod error;
pub mod headers;
pub mod i18n;
pub mod icons;
pub mod layout;
pub mod letters;
pub mod limits;
pub mod markdown;
pub mod pages;
mod papers;
pub mod request;
mod results_view;
pub mod routes;
pub mod state;
pub mod when;

pub use config::{
    AccessibilityAudit, Conformity, Contact, Demonstration, Origin, PortalConfig, SampleAccount, SampleCommand,
    SampleStaff,
};
pub use limits::LimitsConfig;
pub use routes::router;
