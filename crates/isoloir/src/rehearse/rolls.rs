//! What a whole electorate's roll takes, by the commands of an organiser: staged, approved, applied; then again with the departures of a month.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Serialize;

use super::codes::CommandFigure;
use super::process::Program;

/// What to measure.
pub struct RollsBench {
    /// Voters.
    pub voters: u32,
    /// Elections, in each of which every voter votes.
    pub elections: u32,
    /// Empty or missing folder.
    pub folder: PathBuf,
    /// Database of the voting server; SQLite in the folder without one.
    pub database: Option<String>,
}

/// The figures.
#[derive(Debug, Serialize)]
pub struct RollsFigures {
    /// Cores.
    pub cores: usize,
    /// Voters.
    pub voters: u32,
    /// Rows of the file.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// The commands.
    pub commands: Vec<CommandFigure>,
}

/// One voter in so many leaves between the two files.
const LEAVES: u32 = 100;

/// Measures.
///
/// # Errors
/// When a command fails.
pub async fn run(bench: &RollsBench) -> anyhow::Result<RollsFigures> {
    std::fs::create_dir_all(&bench.folder)?;
    ensure!(
        std::fs::read_dir(&bench.folder)?.next().is_none(),
        "the folder is not empty"
    );
    let folder = bench.folder.canonicalize()?;
    let program = Program::current(&folder)?;
    prepare(bench, &folder, &program).await?;
    let mut figures = RollsFigures {
        cores: rayon::current_num_threads(),
        voters: bench.voters,
        rows: write_roll(bench.voters, bench.elections, &folder.join("first.csv"), None)?,
        bytes: std::fs::metadata(folder.join("first.csv"))?.len(),
        commands: Vec::new(),
    };
    write_roll(bench.voters, bench.elections, &folder.join("second.csv"), Some(LEAVES))?;
    for (file, [stage, apply]) in [
        ("first.csv", ["stage", "apply"]),
        ("second.csv", ["stage, a month later", "apply, a month later"]),
    ] {
        figures
            .commands
            .push(measure(&program, stage, &["roll", "stage", file]).await?);
        let listed = program.run(&["roll", "list"]).await?;
        let id = listed
            .split_whitespace()
            .next()
            .context("nothing is staged")?
            .to_owned();
        program.run(&["roll", "approve", &id, "--by", "bench"]).await?;
        figures
            .commands
            .push(measure(&program, apply, &["roll", "apply", &id]).await?);
    }
    figures
        .commands
        .push(measure(&program, "review", &["consultation", "review"]).await?);
    Ok(figures)
}

async fn measure(program: &Program, name: &'static str, arguments: &[&str]) -> anyhow::Result<CommandFigure> {
    eprintln!("{name}…");
    Ok(CommandFigure::of(name, program.measure(arguments).await?))
}

/// A server with a consultation of one voter.
async fn prepare(bench: &RollsBench, folder: &Path, program: &Program) -> anyhow::Result<()> {
    for name in ["server", "registrar"] {
        program.run(&["key", "new", name]).await?;
    }
    let database = bench.database.as_deref().unwrap_or("sqlite:server.db");
    let config = format!(
        "listen = \"127.0.0.1:1\"\norigin = \"http://127.0.0.1:1\"\nregistrar_origin = \"http://127.0.0.1:2\"\nkey = \"server.key\"\n\
         registrar_key = \"registrar.pub\"\ndemonstration = true\n[database]\nurl = \"{database}\"\n"
    );
    std::fs::write(folder.join("isoloir.toml"), config)?;
    let consultation = folder.join("consultation");
    std::fs::create_dir(&consultation)?;
    let mut toml = "format = 1\nid = \"bench\"\ntitle = \"Bench\"\norganiser = \"Bench\"\nprofile = \"test\"\ngroup = \"Ed25519\"\n\
                    opens = \"2036-12-03T08:00:00+01:00[Europe/Paris]\"\ncloses = \"2036-12-10T17:00:00+01:00[Europe/Paris]\"\n\
                    [policy.roll.keys]\nnumber = { digits = 9 }\nplace = \"uai\"\nmail_domains = [\"bench.example\"]\n"
        .to_owned();
    let mut roll = "matricule;nom;prenom;courriel;scrutin\n".to_owned();
    let mut lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\n".to_owned();
    for election in 0..bench.elections {
        toml += &format!("[[elections]]\nkey = \"e{election}\"\ntitle = \"Scrutin {election}\"\nseats = 10\n");
        roll += &format!("000000000;Premier;Ana;ana@bench.example;e{election}\n");
        lists += &format!("e{election};Liste;L;1;Premier;Ana;F\n");
    }
    std::fs::write(consultation.join("consultation.toml"), toml)?;
    std::fs::write(consultation.join("roll.csv"), roll)?;
    std::fs::write(consultation.join("lists.csv"), lists)?;
    program.run(&["consultation", "apply", "consultation"]).await?;
    Ok(())
}

const LAST: [&str; 16] = [
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefèvre",
    "Leroy",
    "Roux",
    "D’Hérouville",
];
const FIRST: [&str; 8] = ["Camille", "Hélène", "Inès", "Yann", "Zoé", "Jean-Marie", "Léa", "Noël"];

/// A row for each voter and election, in no order of names; without one voter in `leaves`.
pub(super) fn write_roll(voters: u32, elections: u32, path: &Path, leaves: Option<u32>) -> anyhow::Result<u64> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "matricule;nom;prenom;courriel;scrutin;lieu;lieu_nom")?;
    let mut rows = 0_u64;
    let pick = |names: &[&'static str], by: u32| {
        let many = u32::try_from(names.len()).unwrap_or(1);
        usize::try_from(by % many)
            .ok()
            .and_then(|at| names.get(at))
            .copied()
            .unwrap_or("")
    };
    for voter in 0..voters {
        if leaves.is_some_and(|one_in| voter % one_in == 0) {
            continue;
        }
        let (last, first) = (
            pick(&LAST, voter.wrapping_mul(2_654_435_761) >> 7),
            pick(&FIRST, voter / 5),
        );
        let school = 750_000 + voter / 40;
        for election in 0..elections {
            writeln!(
                file,
                "{:09};{last}{};{first};p{voter}@bench.example;e{election};{school:07}{};École {school}",
                voter + 1,
                voter % 9_973,
                uai_letter(school)
            )?;
            rows += 1;
        }
    }
    file.flush()?;
    Ok(rows)
}

/// The letter that ends the code of a school.
fn uai_letter(number: u32) -> char {
    let letters = "ABCDEFGHJKLMNPRSTUVWXYZ";
    let at = usize::try_from(number % 23).unwrap_or(0);
    letters.chars().nth(at).unwrap_or('A')
}
