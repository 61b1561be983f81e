//! `isoloir board`: accounts of the election boards' members, state of the keys.

use anyhow::Context;
use isoloir_service::VotingServer;

use super::serve::measured;
use super::{ConfigArg, block_on, server};

/// Election boards: accounts of their members, state of their keys. All else happens on the board's pages.
#[derive(clap::Args)]
pub struct BoardArgs {
    #[command(subcommand)]
    command: BoardCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum BoardCommand {
    /// Invites every member of a board who has no account: prints a one-use link each, good for three days.
    #[command(
        after_help = "Example:\n  isoloir board invite csa --mail\n\nBoards are composed in consultation.toml; docs/guides/board.md."
    )]
    Invite {
        /// Key of the board.
        board: String,
        /// Also mails the links.
        #[arg(long)]
        mail: bool,
    },
    /// Plays the rehearsal (*élection blanche*) of a board: twins of its elections, made-up voters; the board then counts on its pages.
    #[command(
        after_help = "Example:\n  isoloir board rehearse csa\n\nBy the same program as the one that serves: a seal wants the rehearsal to be of \
                      its own build. docs/guides/board.md."
    )]
    Rehearse {
        /// Key of the board.
        board: String,
    },
    /// Lists the boards, their members and the fingerprints of their keys.
    List,
}

pub(crate) fn run(arguments: &BoardArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            BoardCommand::Invite { board, mail } => {
                for one in server.invite_board(None, board, *mail).await? {
                    let link = one.link.as_deref().unwrap_or("has an account");
                    println!("{:<13} {:<28} {:<40} {link}", one.seat.to_string(), one.name, one.email);
                }
                Ok(())
            }
            BoardCommand::Rehearse { board } => rehearse(&server, board).await,
            BoardCommand::List => list(&server).await,
        }
    })
}

async fn rehearse(server: &VotingServer, board: &str) -> anyhow::Result<()> {
    measured(server).await?;
    let ready = server.prepare_rehearsal(board, None).await?;
    println!(
        "{board}: rehearsal {}, {} made-up voters",
        ready.number(),
        ready.voters()
    );
    server.play_rehearsal(ready).await?;
    println!("{board}: all have voted; the board counts on /bureau/{board}/depouillement");
    Ok(())
}

async fn list(server: &VotingServer) -> anyhow::Result<()> {
    for (_, board) in server.boards().await? {
        let state = server.board_state(&board.key).await?;
        println!("{}  {}  ({})", board.key, board.title, board.elections.join(", "));
        for member in board.members() {
            println!("  {:<13} {:<28} {}", member.seat.to_string(), member.name, member.email);
        }
        match state.keys_digest() {
            Some(digest) => println!(
                "  keys: {}  {}",
                isoloir_domain::fingerprint::words(&digest).join(" "),
                hex::encode(digest)
            ),
            None => println!("  keys: not made yet (attempt {})", state.round),
        }
    }
    Ok(())
}

/// The public keys that a board made for an election.
pub(crate) async fn keys_for(server: &VotingServer, election: &isoloir_domain::Election) -> anyhow::Result<Vec<u8>> {
    for (consultation, board) in server.boards().await? {
        if consultation == election.consultation && board.elections.contains(&election.key) {
            let state = server.board_state(&board.key).await?;
            let keys = state.keys.map(|(keys, _)| keys.into_bytes());
            return keys.with_context(|| format!("the board {} has not made its keys yet", board.key));
        }
    }
    anyhow::bail!(
        "{}: no board decrypts this election; give its keys by --trustees",
        election.title
    )
}
