//! The folder of one rehearsal, set up with the organiser's own commands.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::process::{Program, Server, free_port};
use super::scenario::Scenario;

/// Folder, program, addresses.
pub struct Site {
    /// Everything is below this folder.
    pub folder: PathBuf,
    /// The program, run in the folder.
    pub program: Program,
    portal_port: u16,
    registrar_port: u16,
}

/// The two servers, running.
pub struct Running {
    /// Voting server.
    pub server: Server,
    /// Registrar.
    pub registrar: Server,
}

impl Site {
    /// Prepares an empty folder: keys and configurations of both servers.
    ///
    /// # Errors
    /// When the folder holds anything, or cannot be written.
    pub async fn prepare(
        folder: &Path,
        executable: Option<&Path>,
        database: Option<&str>,
        registrar_database: Option<&str>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if std::fs::read_dir(folder)?.next().is_some() {
            bail!(
                "{} is not empty: a rehearsal begins in an empty folder",
                folder.display()
            );
        }
        let folder = folder.canonicalize()?;
        let program = match executable {
            Some(executable) => Program::at(executable, &folder),
            None => Program::current(&folder)?,
        };
        let site = Self {
            program,
            portal_port: free_port()?,
            registrar_port: free_port()?,
            folder,
        };
        for name in ["server", "registrar"] {
            site.program.run(&["key", "new", name]).await?;
        }
        std::fs::write(
            site.folder.join("server.toml"),
            site.server_toml(database.unwrap_or("sqlite:server.db")),
        )?;
        let registrar_database = registrar_database.unwrap_or("sqlite:registrar.db");
        std::fs::write(
            site.folder.join("registrar.toml"),
            site.registrar_toml(registrar_database),
        )?;
        Ok(site)
    }

    /// The folder of a rehearsal that was begun before.
    ///
    /// # Errors
    /// When it is none.
    pub fn again(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.canonicalize()?;
        let port = |file: &str| -> anyhow::Result<u16> {
            let table: toml::Table = std::fs::read_to_string(folder.join(file))
                .context(file.to_owned())?
                .parse()?;
            let listen = table.get("listen").and_then(toml::Value::as_str).unwrap_or_default();
            let address: std::net::SocketAddr = listen.parse().with_context(|| format!("{file}: listen"))?;
            Ok(address.port())
        };
        Ok(Self {
            program: Program::current(&folder)?,
            portal_port: port("server.toml")?,
            registrar_port: port("registrar.toml")?,
            folder,
        })
    }

    /// Origin of the portal.
    #[must_use]
    pub fn portal(&self) -> String {
        format!("http://127.0.0.1:{}", self.portal_port)
    }

    /// Origin of the registrar.
    #[must_use]
    pub fn registrar(&self) -> String {
        format!("http://127.0.0.1:{}", self.registrar_port)
    }

    /// Writes the configuration of one more node of the voting server, `NAME.toml`: the same server on another port, reached at the portal's origin through
    /// a proxy. Gives the file and the node's own origin.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_node(&self, name: &str, port: u16) -> anyhow::Result<(String, String)> {
        let text = std::fs::read_to_string(self.folder.join("server.toml"))?;
        let (_, rest) = text.split_once('\n').context("server.toml")?;
        let file = format!("{name}.toml");
        std::fs::write(
            self.folder.join(&file),
            format!("listen = \"127.0.0.1:{port}\"\n{rest}"),
        )?;
        Ok((file, format!("http://127.0.0.1:{port}")))
    }

    fn server_toml(&self, database: &str) -> String {
        format!(
            "listen = \"127.0.0.1:{}\"\norigin = \"{}\"\nregistrar_origin = \"{}\"\nkey = \"server.key\"\n\
             registrar_key = \"registrar.pub\"\ndemonstration = true\n\n[database]\nurl = \"{database}\"\n\n[limits]\nfactor = 0\n",
            self.portal_port,
            self.portal(),
            self.registrar()
        )
    }

    fn registrar_toml(&self, database: &str) -> String {
        format!(
            "listen = \"127.0.0.1:{}\"\nportal_origin = \"{}\"\nkey = \"registrar.key\"\nserver_key = \"server.pub\"\n\n\
             [database]\nurl = \"{database}\"\n",
            self.registrar_port,
            self.portal()
        )
    }

    /// The consultation's files, open since long ago and for long: a rehearsal closes when it has voted.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_consultation(&self, scenario: &Scenario, group: &str) -> anyhow::Result<()> {
        let folder = self.folder.join("consultation");
        std::fs::create_dir(&folder)?;
        let (opens, closes) = (
            "2020-01-01T00:00:00+01:00[Europe/Paris]",
            "2099-01-01T00:00:00+01:00[Europe/Paris]",
        );
        std::fs::write(
            folder.join("consultation.toml"),
            scenario.consultation_toml(group, opens, closes),
        )?;
        std::fs::write(folder.join("roll.csv"), scenario.roll_csv())?;
        std::fs::write(folder.join("lists.csv"), scenario.lists_csv())?;
        Ok(())
    }

    /// The sequence of docs/guides/organiser.md, from the files in `consultation/` to sealed, empty boxes.
    ///
    /// # Errors
    /// When a command fails.
    pub async fn set_up(&self, delegates: u32, group: &str) -> anyhow::Result<()> {
        self.program
            .run(&["consultation", "apply", "consultation", "--config", "server.toml"])
            .await?;
        let [entitlements, credentials, codes, invite] = AROUND_THE_SET_UP;
        let ceremony = format!("trustee ceremony --out board --delegates {delegates} --group {group}");
        let set_up =
            "election set-up --trustees board/trustees.json --credentials public-credentials --config server.toml";
        for command in [entitlements, credentials, codes, &ceremony, set_up, invite] {
            self.program.run(&words(command)).await?;
        }
        Ok(())
    }

    /// Starts both servers, each in its own process.
    ///
    /// # Errors
    /// When one does not start.
    pub async fn start(&self) -> anyhow::Result<Running> {
        let registrar = self.start_registrar().await?;
        Ok(Running {
            server: self.start_server().await?,
            registrar,
        })
    }

    /// Starts the voting server.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_server(&self) -> anyhow::Result<Server> {
        self.program
            .start("server", &self.portal(), &["serve", "--config", "server.toml"])
            .await
    }

    /// Starts the registrar.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_registrar(&self) -> anyhow::Result<Server> {
        self.program
            .start(
                "registrar",
                &self.registrar(),
                &["registrar", "serve", "--config", "registrar.toml"],
            )
            .await
    }

    /// Closes the vote, and counts as the board does: offline decryption from the exported archive by these keys.
    ///
    /// # Errors
    /// When a command fails.
    pub async fn count(&self, keys: &[&str]) -> anyhow::Result<String> {
        self.program.run(&["close", "--now", "--config", "server.toml"]).await?;
        self.program
            .run(&["archive", "export", "--out", "archives", "--config", "server.toml"])
            .await?;
        self.decrypt(keys).await?;
        let told = self
            .program
            .run(&["election", "finish", "--config", "server.toml"])
            .await?;
        self.program
            .run(&["archive", "export", "--out", "archives", "--config", "server.toml"])
            .await?;
        Ok(told)
    }

    /// Decrypts the exported archives by these keys, offline, and takes the decryptions into the boxes.
    ///
    /// # Errors
    /// When a command fails.
    pub async fn decrypt(&self, keys: &[&str]) -> anyhow::Result<()> {
        let archives = self.archives()?;
        std::fs::create_dir_all(self.folder.join("decryptions"))?;
        for archive in &archives {
            for key in keys {
                let key = format!("board/{key}");
                let archive = archive.display().to_string();
                self.program
                    .run(&[
                        "trustee",
                        "decrypt",
                        "--archive",
                        &archive,
                        "--key",
                        &key,
                        "--out",
                        "decryptions",
                    ])
                    .await?;
            }
        }
        for file in files_with_extension(&self.folder.join("decryptions"), "json")? {
            let file = file.display().to_string();
            self.program
                .run(&["election", "add-decryption", &file, "--config", "server.toml"])
                .await?;
        }
        Ok(())
    }

    /// The exported archives.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn archives(&self) -> anyhow::Result<Vec<PathBuf>> {
        files_with_extension(&self.folder.join("archives"), "bel")
    }
}

/// From rolls in force to codes, then, once the boxes are set up, invitations: each command as it is typed.
pub(super) const AROUND_THE_SET_UP: [&str; 4] = [
    "consultation entitlements --out entitlements.json --config server.toml",
    "registrar create-credentials --entitlements entitlements.json --out public-credentials --config registrar.toml",
    "registrar issue-codes --out codes.csv --config registrar.toml",
    "consultation invite --config server.toml",
];

/// The words of a command.
pub(super) fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

impl Running {
    /// Stops both, cleanly.
    ///
    /// # Errors
    /// When one does not end.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await?;
        self.registrar.stop().await
    }
}

fn files_with_extension(folder: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|e| e == extension));
    files.sort();
    Ok(files)
}
