//! `isoloir serve`: the voting server with its portal.

use std::time::Duration;

use anyhow::Context;
use isoloir_portal::{Demonstration, PortalConfig};
use isoloir_service::VotingServer;
use isoloir_service::board::Build;
use isoloir_service::file_digest::file_digest;
use isoloir_theme::assets::Assets;
use isoloir_theme::layout::Contact;
use sha2::{Digest as _, Sha256};

use super::listening::{Listening, let_go, listen, serve};
use super::{ConfigArg, block_on, capacity, server};
use crate::config::{ServerConfig, public_origin};
use crate::observe::{Exporter, Watched, beside};

/// How often the outbox is looked into and filled, and closings are looked for.
const MAIL_PERIOD: Duration = Duration::from_secs(2);
/// Sessions that are over are forgotten this often; they are refused at once.
const PURGE_PERIOD: Duration = Duration::from_secs(600);
/// How often it is looked whether a day has ended, whose journal is then signed.
const SIGNING_PERIOD: Duration = Duration::from_secs(600);
/// How often it is looked whether organisers are to be warned of a deadline.
const WARNING_PERIOD: Duration = Duration::from_secs(3600);
const CLOSING_PERIOD: Duration = Duration::from_secs(30);
/// How often this machine's clock is compared with the database's: well below the two checks after which a load balancer gives a node up.
const CLOCK_PERIOD: Duration = Duration::from_millis(500);
/// How often the synchronous copy is brought up to the database and its disk tried.
const COPY_PERIOD: Duration = Duration::from_secs(1);
/// Seals are checked this often.
const SEAL_PERIOD: Duration = Duration::from_secs(300);

/// The voting server: portal, boxes, poll books. Ends cleanly on SIGTERM or Ctrl-C.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  isoloir serve --config server.toml\n\nThe configuration is described in docs/guides/organiser.md."
)]
pub struct ServeArgs {
    #[command(flatten)]
    config: ConfigArg,
}

pub(crate) fn run(arguments: &ServeArgs) -> anyhow::Result<()> {
    let config = ServerConfig::read(&arguments.config.config)?;
    block_on(async {
        let server = server::open_config(&config).await?;
        server.set_machine(capacity::machine(&config));
        let portal = portal_config(&config, &server, config.demonstration.then(Demonstration::default))?;
        let listening = listen(config.listen, config.tls.as_ref()).await?;
        let figures = Exporter::open(config.metrics, config.listen).await?;
        println!("portal on {}://{}", listening.scheme(), config.listen);
        let watched = Watched::Server(server.clone());
        beside(figures, watched, serve_portal(server, portal, listening)).await
    })
}

/// Measures the running program, for the seal: the executable file, and what it serves to browsers.
pub(super) fn measure() -> anyhow::Result<Build> {
    let (_, program) = file_digest(&std::env::current_exe()?)?;
    let mut served: Vec<_> = Assets::integrities().collect();
    served.sort_unstable();
    let mut assets = Sha256::new();
    for (name, integrity) in served {
        assets.update(format!("{name} {integrity}\n"));
    }
    Ok(Build {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        program,
        assets: hex::encode(assets.finalize()),
    })
}

/// Measures the program and tells the server.
pub(crate) async fn measured(server: &VotingServer) -> anyhow::Result<()> {
    let build = tokio::task::spawn_blocking(measure).await?;
    server.set_build(build.context("the running program cannot be measured")?);
    Ok(())
}

/// Measures the program again and checks every sealed board, every few minutes.
async fn check_seals(server: VotingServer) {
    loop {
        tokio::time::sleep(SEAL_PERIOD).await;
        if let Err(error) = measured(&server).await {
            tracing::error!(%error, "the running program cannot be measured");
        }
        if let Err(error) = server.check_seals().await {
            tracing::error!(%error, "a seal could not be checked");
        }
    }
}

/// The portal's configuration from the server's.
pub(crate) fn portal_config(
    config: &ServerConfig,
    server: &VotingServer,
    demonstration: Option<Demonstration>,
) -> anyhow::Result<PortalConfig> {
    Ok(PortalConfig {
        origin: public_origin(&config.origin, config.demonstration).context("origin")?,
        registrar_origin: public_origin(&config.registrar_origin, config.demonstration).context("registrar_origin")?,
        registrar_key: server.registrar_key().to_bytes(),
        demonstration,
        contact: Contact {
            phone: config.contact.phone.clone(),
            email: config.contact.email.clone(),
        },
        source_url: config.source_url.clone(),
        accessibility: config.accessibility_audit()?,
        host: config.host.clone(),
        limits: config.limits.parsed().context("limits.trusted_proxies")?,
    })
}

/// Serves the portal with the workers beside it: mail and mailings, closing by the calendar.
pub(crate) async fn serve_portal(
    server: VotingServer,
    portal: PortalConfig,
    listening: Listening,
) -> anyhow::Result<()> {
    measured(&server).await?;
    server.compare_clocks().await?;
    let workers = [
        tokio::spawn(server.clone().run_outbox_worker(MAIL_PERIOD)),
        tokio::spawn(server.clone().run_mailings(MAIL_PERIOD)),
        tokio::spawn(server.clone().run_deadline_warnings(WARNING_PERIOD)),
        tokio::spawn(close_by_the_calendar(server.clone())),
        tokio::spawn(server.clone().run_clock_comparison(CLOCK_PERIOD)),
        tokio::spawn(server.clone().run_copying(COPY_PERIOD)),
        tokio::spawn(server.clone().run_session_purge(PURGE_PERIOD)),
        tokio::spawn(check_seals(server.clone())),
        tokio::spawn(server.clone().run_journal_signing(SIGNING_PERIOD)),
    ];
    let served = serve(listening, isoloir_portal::router(server.clone(), portal)).await;
    for worker in workers {
        worker.abort();
    }
    let_go(server.close()).await;
    served
}

/// Freezes boxes when their grace is over, by this machine's clock and the database's: a clock may have jumped a moment ago.
async fn close_by_the_calendar(server: VotingServer) {
    let due = async || {
        server.compare_clocks().await?;
        server.close_due_polls().await
    };
    loop {
        match due().await {
            Ok(closed) => closed
                .iter()
                .for_each(|election| tracing::info!(%election, "box frozen, tally computed")),
            Err(error) => tracing::error!(error = %error, "a box could not be frozen"),
        }
        tokio::time::sleep(CLOSING_PERIOD).await;
    }
}
