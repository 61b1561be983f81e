//! `isoloir mail`: trial messages, and the delivery ledger.

use anyhow::Context;
use isoloir_service::ledger::{Alarm, Figures, Ledger, Thresholds};
use isoloir_service::letters::{Letter, TextMessage};
use isoloir_service::outbox::Recipient;

use super::{ConfigArg, block_on, server};

/// Mail and SMS: trials, and what has become of what was sent.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  isoloir mail ledger --config server.toml\n\ndocs/guides/operator-mail.md says how to prepare domain and relay."
)]
pub struct MailArgs {
    #[command(flatten)]
    config: ConfigArg,
    #[command(subcommand)]
    command: MailCommand,
}

#[derive(clap::Subcommand)]
enum MailCommand {
    /// The delivery ledger: counts by channel, kind and operator, errors and alarms. Fails when there is an alarm.
    Ledger {
        /// In JSON.
        #[arg(long)]
        json: bool,
        /// Percent of an operator's messages lost that is an alarm.
        #[arg(long, default_value_t = Thresholds::default().failed_percent)]
        failed_percent: u64,
        /// Minutes that the oldest message waits that are an alarm.
        #[arg(long, default_value_t = Thresholds::default().waiting_minutes)]
        waiting_minutes: u64,
    },
    /// Queues a trial mail; it leaves while `isoloir serve` runs.
    Trial {
        /// Address.
        address: String,
    },
    /// Queues a trial SMS; it leaves while `isoloir serve` runs.
    TrialSms {
        /// French mobile number.
        number: String,
    },
}

pub(crate) fn run(arguments: &MailArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            MailCommand::Ledger {
                json,
                failed_percent,
                waiting_minutes,
            } => {
                let thresholds = Thresholds {
                    failed_percent: *failed_percent,
                    waiting_minutes: *waiting_minutes,
                    ..Thresholds::default()
                };
                let ledger = server.delivery_ledger(&thresholds).await?;
                if *json {
                    println!("{}", serde_json::to_string_pretty(&ledger)?);
                } else {
                    print!("{}", told(&ledger));
                }
                anyhow::ensure!(ledger.alarms.is_empty(), "{} alarm(s)", ledger.alarms.len());
            }
            MailCommand::Trial { address } => {
                let letter = server.letter(&Recipient::address(address), &Letter::Trial).await?;
                server.queue(&letter).await?;
                println!("queued: {}", letter.id);
            }
            MailCommand::TrialSms { number } => {
                let phone = number.parse().context("the number")?;
                let message = server.text_message(&phone, None, None, &TextMessage::Trial, None)?;
                server.queue(&message).await?;
                println!("queued: {}", message.id);
            }
        }
        Ok(())
    })
}

fn told(ledger: &Ledger) -> String {
    let mut out = format!(
        "{:<6} {:<28} {:>9} {:>8} {:>8} {:>9} {:>9} {:>8} {:>8}  oldest waiting\n",
        "", "", "total", "queued", "held", "sent", "delivered", "failed", "expired"
    );
    for (title, groups) in [
        ("channel", &ledger.channels),
        ("kind", &ledger.kinds),
        ("operator (* together: fewer than 5 messages)", &ledger.operators),
    ] {
        out.push_str(&format!("by {title}\n"));
        groups.iter().for_each(|group| out.push_str(&line(group)));
    }
    for met in &ledger.errors {
        out.push_str(&format!(
            "error  {:<6} {:<28} {:>9}  {}\n",
            met.channel, met.class, met.count, met.status
        ));
    }
    for alarm in &ledger.alarms {
        out.push_str(&match alarm {
            Alarm::Failing {
                channel,
                operator,
                percent,
            } => format!("ALARM  {channel}: {percent} % lost at {operator}\n"),
            Alarm::Waiting { channel, minutes } => {
                format!("ALARM  {channel}: the oldest message has waited for {minutes} minutes\n")
            }
            Alarm::Settings { channel, class, count } => {
                format!("ALARM  {channel}: {count} message(s) wait for mended settings ({class})\n")
            }
        });
    }
    out
}

fn line(group: &Figures) -> String {
    let oldest = group.oldest_waiting.map_or_else(String::new, |at| at.to_string());
    format!(
        "{:<6} {:<28} {:>9} {:>8} {:>8} {:>9} {:>9} {:>8} {:>8}  {oldest}\n",
        group.channel,
        group.name,
        group.total,
        group.queued,
        group.held,
        group.sent,
        group.delivered,
        group.failed,
        group.expired
    )
}
