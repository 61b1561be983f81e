//! The portal: what a browser sees of the voting server.
//!
//! - [`routes`]: the table of routes, with who may call each; [`router`] mounts it
//! - [`access`]: the guard in front of every route
//! - [`limits`]: how often a network may try; [`captcha`]: the captcha of a form
//! - [`request`], [`error`], [`headers`]: what every request brings, how every error ends, what every answer tells the browser
//! - `api`: the JSON side, for the booth, verifiers and watchers
//! - [`rest`]: the API of the back office, for programs with a token
//! - [`pages`]: one file for each page, drawn from plain structs; [`layout`]: what the portal puts into the frame of `isoloir-theme`, which has
//!   the pieces pages are made of, their words and their files
//! - `papers`: what the portal gives as PDF, in words; [`letters`]: activation letters, to print
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
mod browser;
pub mod captcha;
pub mod config;
pub mod error;
pub mod headers;
pub mod layout;
pub mod letters;
pub mod limits;
pub mod minutes;
pub mod pages;
mod papers;
pub mod request;
pub mod rest;
mod results_view;
pub mod routes;
pub mod state;

pub use config::{
    AccessibilityAudit, Demonstration, PortalConfig, SampleAccount, SampleCommand, SampleKey, SampleStaff,
};
pub use limits::LimitsConfig;
pub use routes::router;
