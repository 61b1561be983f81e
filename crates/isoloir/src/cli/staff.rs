//! `isoloir staff`: who works for the organiser on the portal, and what each may do.

use anyhow::Context;
use isoloir_domain::{ConsultationId, Role, Roles};
use isoloir_service::VotingServer;
use isoloir_service::invite_staff::{Invitation, StaffPlan};
use isoloir_service::name_delegate::DelegatePlan;

use super::{ConfigArg, block_on, server};

/// The staff of the organiser and of the help desk: invitations, roles, who may no longer sign in.
#[derive(clap::Args)]
pub struct StaffArgs {
    #[command(subcommand)]
    command: StaffCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum StaffCommand {
    /// Invites somebody: prints a one-use link, good for three days, that leads to a password and a second factor.
    #[command(
        after_help = "Example:\n  isoloir staff invite --name \"Inès Moreau\" --email ines.moreau@ac-valbrune.fr --role support\n\n\
                      Roles: support (help desk agent), supervisor (approves what takes two people), organiser (decides complaints, reads the \
                      journal), \
                      consultation_manager (an organiser of one consultation), election_manager (complaints and rolls of chosen elections), expert (reads the preparation and the journal), observer (reads the preparation). Hand the link over in person, or let --mail send it."
    )]
    Invite {
        /// Given name and family name.
        #[arg(long)]
        name: String,
        /// Professional e-mail address, with which one signs in.
        #[arg(long)]
        email: String,
        /// One or several of support, supervisor, organiser, consultation_manager, election_manager, expert, observer, with commas.
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<Role>,
        /// The only consultation that this person works on.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
        /// Keys of the elections that an election manager works on, with commas.
        #[arg(long, value_name = "KEY", value_delimiter = ',')]
        election: Vec<String>,
        /// Also mails the link.
        #[arg(long)]
        mail: bool,
    },
    /// Names a union's delegate, who files its lists: prints a one-use link as for any other member of the staff.
    #[command(
        name = "name-delegate",
        after_help = "Example:\n  isoloir staff name-delegate --name \"Paul Robert\" --email paul.robert@uap.example \\\n      \
                      --union \"Union des agents publics\" --acronym UAP --consultation essai-2026 --election csa"
    )]
    NameDelegate(DelegateArgs),
    /// Invites somebody again, whose password, second factor and sessions are void at once: for a lost authenticator.
    #[command(after_help = "Example:\n  isoloir staff renew ines.moreau@ac-valbrune.fr")]
    Renew {
        /// Address of the account.
        email: String,
        /// Also mails the link.
        #[arg(long)]
        mail: bool,
    },
    /// Lists the staff.
    List,
    /// Ends somebody's sessions and lets them sign in no more.
    #[command(after_help = "Example:\n  isoloir staff disable ines.moreau@ac-valbrune.fr")]
    Disable {
        /// Address of the account.
        email: String,
    },
}

#[derive(clap::Args)]
struct DelegateArgs {
    /// Given name and family name.
    #[arg(long)]
    name: String,
    /// E-mail address, with which one signs in.
    #[arg(long)]
    email: String,
    /// The union's name.
    #[arg(long)]
    union: String,
    /// Its sigle.
    #[arg(long)]
    acronym: String,
    /// The consultation.
    #[arg(long, value_name = "ID")]
    consultation: ConsultationId,
    /// Only this election, by its key; repeat for each. All of them without it.
    #[arg(long = "election", value_name = "KEY")]
    elections: Vec<String>,
    /// Also mails the link.
    #[arg(long)]
    mail: bool,
}

pub(crate) fn run(arguments: &StaffArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            StaffCommand::Invite {
                name,
                email,
                role,
                consultation,
                election,
                mail,
            } => {
                let plan = StaffPlan {
                    name: name.clone(),
                    email: email.clone(),
                    roles: Roles::new(role.iter().copied())?,
                    consultation: consultation.clone(),
                    elections: election.clone(),
                };
                tell(&server.invite_staff(None, &plan, *mail).await?, *mail);
                Ok(())
            }
            StaffCommand::Renew { email, mail } => {
                tell(&server.invite_staff_again(None, email, *mail).await?, *mail);
                Ok(())
            }
            StaffCommand::NameDelegate(named) => {
                let plan = DelegatePlan {
                    name: named.name.clone(),
                    email: named.email.clone(),
                    union_name: named.union.clone(),
                    acronym: named.acronym.clone(),
                    elections: named.elections.clone(),
                };
                let invitation = server
                    .name_delegate(None, &named.consultation, &plan, named.mail)
                    .await?;
                tell(&invitation, named.mail);
                Ok(())
            }
            StaffCommand::List => list(&server).await,
            StaffCommand::Disable { email } => disable(&server, email).await,
        }
    })
}

fn tell(invitation: &Invitation, mail: bool) {
    println!("{}", invitation.link);
    println!("good once, until {}", invitation.expires);
    if mail {
        println!("also in the outbox (mails leave while `isoloir serve` runs)");
    }
}

async fn list(server: &VotingServer) -> anyhow::Result<()> {
    for one in server.staff().await? {
        let state = match (one.member.disabled, one.activated) {
            (true, _) => "disabled",
            (false, true) => "active",
            (false, false) => "invited",
        };
        let last = one
            .last_sign_in
            .map_or_else(|| "never signed in".to_owned(), |at| format!("last sign-in {at}"));
        let limit = one
            .member
            .consultation
            .map_or_else(String::new, |id| format!("  only {id}"));
        println!(
            "{state:<8}  {:<40}  {:<28}  {}  {last}{limit}",
            one.member.email, one.member.roles, one.member.name
        );
    }
    Ok(())
}

async fn disable(server: &VotingServer, email: &str) -> anyhow::Result<()> {
    let known = server.staff_with_email(email).await?;
    let known = known.with_context(|| format!("nobody of the staff has the address {email}"))?;
    server.disable_staff(None, known.member.id).await?;
    println!("{} may no longer sign in", known.member.name);
    Ok(())
}
