//! `isoloir token`: what programs may do on the API of the back office.

use isoloir_domain::api_token::Scope;
use isoloir_domain::{Clock as _, ConsultationId, SystemClock, TokenId};
use isoloir_service::VotingServer;
use isoloir_service::api_tokens::{TokenPlan, is_good};

use super::{ConfigArg, block_on, server};

/// Tokens of the API: made with a name, scopes and an end; listed; revoked.
#[derive(clap::Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum TokenCommand {
    /// Makes a token and prints it, once. It acts under its own name, in nobody's place.
    #[command(
        after_help = "Example:\n  isoloir token create --name \"Nightly HR import\" --scope roll:read,roll:write --days 90\n\n\
                      Scopes: consultation:read, consultation:write, roll:read, roll:write, complaint:read, complaint:decide, journal:read, \
                      delivery:read, results:read, minutes:read.\nOperations: /api of the portal, and docs/guides/api.md."
    )]
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// One or several scopes, with commas.
        #[arg(long, value_delimiter = ',', required = true)]
        scope: Vec<Scope>,
        /// The only consultation that it works on.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
        /// For how many days it is good, 366 at most.
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
    /// Lists the tokens, the latest first; never their secrets.
    List,
    /// Voids a token at once.
    #[command(after_help = "Example:\n  isoloir token revoke 0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")]
    Revoke {
        /// Its identifier, as `list` prints it.
        id: TokenId,
    },
}

pub(crate) fn run(arguments: &TokenArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            TokenCommand::Create {
                name,
                scope,
                consultation,
                days,
            } => {
                let plan = TokenPlan {
                    name: name.clone(),
                    scopes: scope.clone(),
                    consultation: consultation.clone(),
                    days: *days,
                };
                let made = server.create_token(None, &plan).await?;
                println!("{}", made.secret);
                eprintln!(
                    "shown once; good until {}; revoke it by {}",
                    made.token.expires, made.token.id
                );
                Ok(())
            }
            TokenCommand::List => list(&server).await,
            TokenCommand::Revoke { id } => {
                server.revoke_token(None, *id).await?;
                println!("{id} is void");
                Ok(())
            }
        }
    })
}

async fn list(server: &VotingServer) -> anyhow::Result<()> {
    let now = SystemClock.now();
    for token in server.tokens(None).await? {
        let state = match (token.revoked.is_some(), is_good(&token, now)) {
            (true, _) => "revoked",
            (false, true) => "good",
            (false, false) => "too old",
        };
        let used = token
            .last_used
            .map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        let only = token.consultation.map_or_else(String::new, |id| format!("  only {id}"));
        println!(
            "{}  {state:<8} until {}  {used}  {}  {}{only}",
            token.id, token.expires, token.scopes, token.name
        );
    }
    Ok(())
}
