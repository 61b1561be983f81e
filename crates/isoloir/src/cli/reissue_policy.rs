//! `isoloir consultation lint` and `counters`: the rules of the reissue as a judge would read them, and how many codes were asked for.

use std::path::Path;

use anyhow::{Context, bail};
use isoloir_domain::Calendar;
use isoloir_domain::policy_lint::{Finding, Severity, accepted, lint};
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::reissue::{ReissuePath, ReissuePolicy};
use isoloir_service::VotingServer;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Prints what is found in a consultation's file; an error when it is refused.
pub(super) fn lint_file(file: &Path) -> anyhow::Result<()> {
    let file = if file.is_dir() {
        file.join("consultation.toml")
    } else {
        file.to_path_buf()
    };
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let plan = super::consultation_folder::main_file(&text).with_context(|| file.display().to_string())?;
    let grace = plan.grace.unwrap_or_else(|| plan.profile.grace());
    let calendar = Calendar::new(plan.opens, plan.closes, grace)?;
    let found = lint(&plan.policy.reissue, &calendar);
    print!("{}", told(&found));
    conclude(&found)
}

/// A preset as it is written in `consultation.toml`.
#[derive(Serialize)]
struct Written {
    policy: WrittenPolicy,
}

#[derive(Serialize)]
struct WrittenPolicy {
    reissue: ReissuePolicy,
}

/// Prints a preset, ready to be pasted, and what is found in it.
pub(super) fn lint_preset(preset: Preset) -> anyhow::Result<()> {
    let reissue = preset.policy();
    // A preset fixes no window: any calendar will do.
    let calendar = Calendar::new(
        Timestamp::UNIX_EPOCH,
        Timestamp::from_second(3600)?,
        SignedDuration::ZERO,
    )?;
    let found = lint(&reissue, &calendar);
    let written = Written {
        policy: WrittenPolicy { reissue },
    };
    print!("{}\n{}", toml::to_string(&written)?, told(&found));
    conclude(&found)
}

fn conclude(found: &[Finding]) -> anyhow::Result<()> {
    if accepted(found) {
        println!("accepted");
        Ok(())
    } else {
        bail!("no consultation opens with these rules")
    }
}

/// Every finding: what it entails, its code, its path, both messages, its source.
fn told(found: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { rule, path } in found {
        let entails = match rule.severity() {
            Severity::Refused => "refused",
            Severity::Warning => "warning",
        };
        let path = path.map_or(String::new(), |path| format!("  ({})", path_name(path)));
        let said = rule.message();
        text.push_str(&format!(
            "{entails}  {}{path}\n    {}\n    {}\n    [{}]\n",
            rule.code(),
            said.fr,
            said.en,
            rule.source()
        ));
    }
    text
}

const fn path_name(path: ReissuePath) -> &'static str {
    match path {
        ReissuePath::Challenge => "challenge",
        ReissuePath::FranceConnect => "france_connect",
    }
}

/// Prints how many codes were asked for, by path, channel and refusal.
pub(super) async fn counters(server: &VotingServer) -> anyhow::Result<()> {
    let counts = server.reissue_counts().await?;
    for ((path, channel), count) in &counts.sent {
        println!(
            "links sent        {:<15} {:<22} {count}",
            path_name(*path),
            channel.as_str()
        );
    }
    for ((path, channel), count) in &counts.again {
        println!(
            "links sent again  {:<15} {:<22} {count}",
            path_name(*path),
            channel.as_str()
        );
    }
    for ((path, why), count) in &counts.refused {
        println!("requests refused  {:<15} {why:<22} {count}", path_name(*path));
    }
    let total: u64 = counts
        .sent
        .values()
        .chain(counts.again.values())
        .chain(counts.refused.values())
        .sum();
    println!("{total} request(s) for a new code");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_printed_as_a_file_reads_it() {
        #[derive(serde::Deserialize)]
        struct Read {
            policy: isoloir_domain::Policy,
        }
        for preset in Preset::ALL {
            let written = Written {
                policy: WrittenPolicy {
                    reissue: preset.policy(),
                },
            };
            let text = toml::to_string(&written).unwrap();
            assert_eq!(
                toml::from_str::<Read>(&text).unwrap().policy.reissue,
                preset.policy(),
                "{text}"
            );
        }
    }

    #[test]
    fn the_demonstration_has_rules_that_a_judge_would_accept() {
        let plan = super::super::consultation_folder::main_file(include_str!("../../demo/consultation.toml")).unwrap();
        let calendar = Calendar::new(plan.opens, plan.closes, plan.profile.grace()).unwrap();
        assert!(lint(&plan.policy.reissue, &calendar).is_empty());
        assert!(plan.policy.reissue.rule(ReissuePath::Challenge).is_some());
    }
}
