//! `isoloir trustee`: the board's keys and decryptions, offline.

use std::path::{Path, PathBuf};

use anyhow::Context;
use isoloir_protocol::group::GroupName;

use crate::trustee::{Board, ItemFolder, assemble, ceremony, decrypt, describe, new_single};
use crate::{ambient, private_file};

/// The board's keys and decryptions, offline, on files only.
#[derive(clap::Args)]
#[command(
    long_about = "The board's keys and decryptions, offline, on files only: for a member with a USB stick and a computer on no network.\n\n\
                  A threshold key is made in a shared folder (an item) in five steps, each done by every member before the next begins: \
                  certify, commit, reveal, derive; then finish, by anyone. Private files (NAME.seed, NAME.polynomial, NAME.key) stay \
                  with their member; the folder holds public messages only. docs/guides/trustee.md tells it in full.",
    after_help = "Example, the French quorum “(president or secretary) and two delegates”:\n  \
                  isoloir trustee item administration --members 2 --threshold 1\n  \
                  isoloir trustee item delegates --members 3 --threshold 2\n  \
                  isoloir trustee certify --item delegates --index 1 --name \"Prénom Nom\" --seed delegate-1.seed\n  \
                  …\n  isoloir trustee assemble administration delegates --out trustees.json"
)]
pub struct TrusteeArgs {
    #[command(subcommand)]
    command: TrusteeCommand,
}

#[derive(clap::Subcommand)]
enum TrusteeCommand {
    /// Makes a key of one's own, without which nothing is decrypted: NAME.key (private) and NAME.json (public).
    #[command(after_help = "Example:\n  isoloir trustee single expert --name \"Prénom Nom\"")]
    Single {
        /// Path without extension.
        path: PathBuf,
        /// Public name.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        group: GroupArg,
    },
    /// Makes the folder of a threshold item.
    #[command(after_help = "Example:\n  isoloir trustee item delegates --members 3 --threshold 2")]
    Item {
        /// Folder to make.
        folder: PathBuf,
        /// How many members.
        #[arg(long)]
        members: u32,
        /// How many of them are needed to decrypt.
        #[arg(long)]
        threshold: u32,
        #[command(flatten)]
        group: GroupArg,
    },
    /// Step 1: a member's seed (private) and certificate.
    #[command(
        after_help = "Example:\n  isoloir trustee certify --item delegates --index 1 --name \"Prénom Nom\" --seed delegate-1.seed"
    )]
    Certify {
        /// Folder of the item.
        #[arg(long, value_name = "DIR")]
        item: PathBuf,
        /// The member's place, from 1.
        #[arg(long)]
        index: u32,
        /// The member's public name.
        #[arg(long)]
        name: String,
        /// Private file to make.
        #[arg(long, value_name = "FILE")]
        seed: PathBuf,
    },
    /// Step 2, once every certificate is there: picks the polynomial, keeps it back, publishes the commitment.
    Commit(Step),
    /// Step 3, once every commitment is there: publishes the polynomial.
    Reveal(Step),
    /// Step 4, once every polynomial is there: checks every share and makes the decryption key, NAME.key beside NAME.seed.
    Derive(Step),
    /// Step 5, once every member has derived: the item's public parameters, all proofs checked.
    Finish {
        /// Folder of the item.
        item: PathBuf,
    },
    /// Says which member of an item has done what.
    Status {
        /// Folder of the item.
        item: PathBuf,
    },
    /// Puts items together into trustees.json; all items are needed to decrypt.
    #[command(after_help = "Example:\n  isoloir trustee assemble administration delegates --out trustees.json")]
    Assemble {
        /// Folders of threshold items, and public files of single trustees.
        #[arg(required = true)]
        items: Vec<PathBuf>,
        /// File to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        group: GroupArg,
    },
    /// Checks trustees.json: every proof and signature; says who is in it and its fingerprint.
    Check {
        /// The file.
        trustees: PathBuf,
    },
    /// Decrypts one's part of the tally of an archive, after a full audit of it.
    #[command(
        after_help = "Example:\n  isoloir trustee decrypt --archive NkHrZ7QCf3Nf3h.bel --key delegate-1.key --out ."
    )]
    Decrypt {
        /// Archive exported after the closing.
        #[arg(long, value_name = "FILE")]
        archive: PathBuf,
        /// The member's decryption key: NAME.key, or the key file that the board's page saved. For the latter, the passphrase is asked for, or
        /// taken from `ISOLOIR_KEY_PASSPHRASE`.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Folder for ELECTION-trustee-N.json, to be handed to the voting server.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Plays the whole key ceremony on this machine. For demonstrations and rehearsals ONLY: this machine sees every key.
    #[command(after_help = "Example:\n  isoloir trustee ceremony --out board --delegates 3")]
    Ceremony {
        /// Folder to make.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// President's name.
        #[arg(long, value_name = "NAME", default_value = "Présidence")]
        president: String,
        /// Secretary's name.
        #[arg(long, value_name = "NAME", default_value = "Secrétariat")]
        secretary: String,
        /// How many delegates; two of them will be needed.
        #[arg(long, value_name = "N", default_value_t = 3)]
        delegates: u32,
        #[command(flatten)]
        group: GroupArg,
    },
}

/// A step of one member.
#[derive(clap::Args)]
struct Step {
    /// Folder of the item.
    #[arg(long, value_name = "DIR")]
    item: PathBuf,
    /// The member's private seed file.
    #[arg(long, value_name = "FILE")]
    seed: PathBuf,
}

/// The protocol's group.
#[derive(clap::Args)]
struct GroupArg {
    /// Ed25519, BELENIOS-2048 or RFC-3526-2048; the same as the consultation's.
    #[arg(long, default_value = "Ed25519")]
    group: GroupName,
}

pub(crate) fn run(arguments: &TrusteeArgs) -> anyhow::Result<()> {
    let rng = &mut ambient::rng();
    match &arguments.command {
        TrusteeCommand::Single { path, name, group } => {
            let (key, public) = (path.with_extension("key"), path.with_extension("json"));
            new_single(group.group, &key, &public, name, rng)?;
            println!("{} (private), {} (public)", key.display(), public.display());
            Ok(())
        }
        TrusteeCommand::Item {
            folder,
            members,
            threshold,
            group,
        } => {
            ItemFolder::create(folder, group.group, *members, *threshold)?;
            println!("{}: {threshold} of {members}", folder.display());
            Ok(())
        }
        TrusteeCommand::Certify {
            item,
            index,
            name,
            seed,
        } => {
            ItemFolder::open(item)?.certify(seed, *index, name, rng)?;
            tell_state(item)
        }
        TrusteeCommand::Commit(step) => {
            ItemFolder::open(&step.item)?.commit(&step.seed, rng)?;
            tell_state(&step.item)
        }
        TrusteeCommand::Reveal(step) => {
            ItemFolder::open(&step.item)?.reveal(&step.seed)?;
            tell_state(&step.item)
        }
        TrusteeCommand::Derive(step) => {
            ItemFolder::open(&step.item)?.derive(&step.seed, rng)?;
            println!("decryption key: {}", step.seed.with_extension("key").display());
            tell_state(&step.item)
        }
        TrusteeCommand::Finish { item } => {
            println!("{}", ItemFolder::open(item)?.finish()?.display());
            Ok(())
        }
        TrusteeCommand::Status { item } => tell_state(item),
        TrusteeCommand::Assemble { items, out, group } => {
            let items: Vec<&Path> = items.iter().map(PathBuf::as_path).collect();
            private_file::replace_public(out, &assemble(group.group, &items)?)?;
            check(out)
        }
        TrusteeCommand::Check { trustees } => check(trustees),
        TrusteeCommand::Decrypt { archive, key, out } => write_decryption(archive, key, out),
        TrusteeCommand::Ceremony {
            out,
            president,
            secretary,
            delegates,
            group,
        } => {
            eprintln!("WARNING: all keys are made on this machine: for demonstrations and rehearsals only.");
            let delegates = (1..=*delegates)
                .map(|number| format!("Délégué de liste {number}"))
                .collect();
            let (president, secretary) = (president.clone(), secretary.clone());
            check(&ceremony(
                out,
                &Board {
                    group: group.group,
                    president,
                    secretary,
                    delegates,
                },
                rng,
            )?)
        }
    }
}

fn tell_state(item: &Path) -> anyhow::Result<()> {
    for line in ItemFolder::open(item)?.state()? {
        println!("{line}");
    }
    Ok(())
}

fn check(path: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (members, fingerprint) = describe(&bytes).with_context(|| path.display().to_string())?;
    for member in members {
        println!(
            "trustee {}: {} ({} of {} needed)",
            member.number, member.name, member.threshold, member.members
        );
    }
    println!("{}: every proof holds\nfingerprint {fingerprint}", path.display());
    Ok(())
}

fn write_decryption(archive: &Path, key: &Path, out: &Path) -> anyhow::Result<()> {
    let (file, ballots) = decrypt(archive, key, &mut ambient::rng())?;
    std::fs::create_dir_all(out)?;
    let path = out.join(format!("{}-trustee-{}.json", file.election, file.trustee));
    private_file::replace_public(&path, &serde_json::to_vec(&file)?)?;
    println!("archive audited, {ballots} ballots; {}", path.display());
    Ok(())
}
