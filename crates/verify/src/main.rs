//! `isoloir-verify`: see the library.

use std::{io, process::ExitCode};

use clap::Parser as _;
use isoloir_verify::{CANNOT_READ, args::Args, run};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args, &mut io::stdout().lock()) {
        Ok(verdict) => verdict.into(),
        Err(error) => {
            eprintln!("{} : {error:#}", args.lang.pick("Lecture impossible", "Cannot read"));
            CANNOT_READ.into()
        }
    }
}
