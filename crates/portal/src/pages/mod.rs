//! The pages. Each file holds one page: a plain struct of what it shows (so that it is rendered in tests without a service) and the
//! function that draws it. No page reads a clock, a database or a request.

pub mod about;
pub mod activation;
pub mod api_document;
pub mod assistance;
pub mod ballot_box;
pub mod board;
pub mod booth;
pub mod candidates;
pub mod captcha;
pub mod challenge;
pub mod complaints;
pub mod console;
pub mod demonstration;
pub mod elections;
pub mod error;
pub mod forgotten;
pub mod franceconnect;
pub mod help;
pub mod home;
pub mod kiosk;
pub mod password;
pub mod personal;
pub mod proof;
pub mod reissue;
pub mod results;
pub mod rolls;
pub mod script;
pub mod security;
pub mod session;
pub mod sign_in;
pub mod staff;
pub mod steps;
pub mod texts;
pub mod tutorials;
pub mod verify_box;
