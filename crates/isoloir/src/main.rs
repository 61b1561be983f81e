//! The program: everything is in the library, so that tests can reach it.

use std::process::ExitCode;

use clap::Parser as _;
use isoloir::cli::Cli;

fn main() -> ExitCode {
    isoloir::cli::run(Cli::parse())
}
