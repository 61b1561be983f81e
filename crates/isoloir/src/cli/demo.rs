//! `isoloir demo`: a whole demonstration in one process.

use std::path::PathBuf;

use super::block_on;
use crate::demo::{Demo, run as play};

/// A demonstration in one process: portal, registrar, three elections open now, a board, sample accounts. Nothing to configure.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  isoloir demo\n  isoloir demo --port 9000 --data /tmp/isoloir --reset\n\nThe registrar listens on PORT+1, a stand-in for FranceConnect on PORT+2. \
                  The demonstration opens at once and closes in seven days; `isoloir close --now` closes it sooner."
)]
pub struct DemoArgs {
    /// Port of the portal; the registrar and the stand-in for FranceConnect take the next two.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder of the demonstration; used again when there is one in it.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// Throws away the demonstration in the folder and makes a new one.
    #[arg(long)]
    reset: bool,
    /// Runs portal and registrar as two processes, as in a real election.
    #[arg(long)]
    split: bool,
}

pub(crate) fn run_demo(arguments: &DemoArgs) -> anyhow::Result<()> {
    let demo = Demo {
        port: arguments.port,
        folder: arguments.data.clone(),
        reset: arguments.reset,
        split: arguments.split,
    };
    block_on(play(&demo))
}
