//! Makes the files of the notices: voters are read place by place, each batch is recorded with its codes, then written, then completed.
//!
//! A file is written whole under another name, put on the disk, and only then takes its own; `manifest.csv`, written last and from the
//! database, names the files that count. What a run that was interrupted left behind is removed by the next: its codes are void.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use isoloir_documents::notice::{self, Letterhead, Notice, Vote};
use isoloir_documents::remittance::{LIST_ROWS, SignatureList, signature_list};
use isoloir_domain::cell::safe_field;
use isoloir_domain::{ElectionId, Place, VoterId};
use isoloir_registrar::Registrar;
use isoloir_registrar::follow_notices::NoticeStatus;
use isoloir_registrar::make_notices::{Batch, MadeBatch};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::ambient;
use crate::config::RegistrarConfig;
use crate::handover::{EntitledElection, EntitledVoter, Entitlements};
use crate::private_file;
use crate::progress::{Progress, count};

/// What the files are.
pub(crate) enum Output {
    /// PDF, to print and fold.
    Paper,
    /// CSV for a printer, encrypted as it is made.
    Printer(age::x25519::Recipient),
}

/// A folder of notices being made.
pub(crate) struct Making {
    registrar: Arc<Registrar>,
    entitlements: PathBuf,
    out: PathBuf,
    content: Arc<Content>,
    batch: usize,
    /// Held while this run works in the folder.
    _lock: File,
}

/// What files are made from, besides voters and codes.
struct Content {
    output: Output,
    letterhead: Letterhead,
    consultations: String,
    elections: BTreeMap<ElectionId, EntitledElection>,
}

/// What a run did, in words.
#[derive(Default)]
pub(crate) struct Told {
    out: PathBuf,
    made: u64,
    had: u64,
    newer: u64,
    nowhere: u64,
    missing: Vec<&'static str>,
}

impl Making {
    /// Opens the folder, removes what an interrupted run left there.
    pub(crate) async fn open(
        registrar: Arc<Registrar>,
        config: &RegistrarConfig,
        entitlements: &Path,
        out: &Path,
        output: Output,
        batch: usize,
    ) -> anyhow::Result<Self> {
        let head = Entitlements::open(entitlements)?.0;
        make_folder(out)?;
        let lock = File::create(out.join(".lock"))?;
        if lock.try_lock().is_err() {
            bail!("another run is making notices in {}", out.display());
        }
        let making = Self {
            registrar,
            entitlements: entitlements.to_path_buf(),
            out: out.to_path_buf(),
            content: Arc::new(Content::new(config, output, head)),
            batch,
            _lock: lock,
        };
        making.remove_unfinished().await?;
        Ok(making)
    }

    /// Makes a notice for every voter who has none.
    pub(crate) async fn all(&self) -> anyhow::Result<Told> {
        let mut told = self.told();
        let bar = Progress::of(lines(&self.entitlements)?.saturating_sub(1), "voters");
        let mut writing = JoinSet::new();
        let mut seen = HashSet::new();
        let mut waiting: Vec<EntitledVoter> = Vec::new();
        for voter in Entitlements::open(&self.entitlements)?.1 {
            let voter = voter?;
            let moved = waiting.first().is_some_and(|first| place_of(first) != place_of(&voter));
            if moved || waiting.len() >= self.batch {
                let batch = std::mem::take(&mut waiting);
                bar.add(batch.len());
                self.batch(batch, &mut writing, &mut told).await?;
            }
            if (moved || seen.is_empty()) && !seen.insert(place_of(&voter).map(|place| place.code.clone())) {
                bail!("the entitlements are not in order of places: make them again");
            }
            waiting.push(voter);
        }
        bar.add(waiting.len());
        self.batch(waiting, &mut writing, &mut told).await?;
        while let Some(written) = writing.join_next().await {
            self.complete(written?).await?;
        }
        bar.end();
        self.write_lists().await?;
        Ok(told)
    }

    /// Makes another notice for one voter; the former one is void.
    pub(crate) async fn again(&self, number: &str) -> anyhow::Result<Told> {
        let mut told = self.told();
        for voter in Entitlements::open(&self.entitlements)?.1 {
            let voter = voter?;
            if voter.number == number {
                told.made = 1;
                let written = self.record(vec![voter]).await?;
                self.complete(tokio::task::spawn_blocking(written).await?).await?;
                self.write_lists().await?;
                return Ok(told);
            }
        }
        bail!("no voter of the entitlements has the number {number}")
    }

    fn told(&self) -> Told {
        let head = &self.content.letterhead;
        let asked = [(&head.security, "security"), (&head.rgs, "rgs")];
        Told {
            out: self.out.clone(),
            missing: asked
                .iter()
                .filter(|(text, _)| text.is_none())
                .map(|(_, name)| *name)
                .collect(),
            ..Told::default()
        }
    }

    /// Records a batch of those who need it, and has its file written beside.
    async fn batch(
        &self,
        mut voters: Vec<EntitledVoter>,
        writing: &mut JoinSet<anyhow::Result<Written>>,
        told: &mut Told,
    ) -> anyhow::Result<()> {
        let ids: Vec<VoterId> = voters.iter().map(|voter| voter.id).collect();
        let need = self.registrar.need_no_notice(&ids).await?;
        told.had = told.had.saturating_add(count(need.have.len()));
        told.newer = told.newer.saturating_add(count(need.newer.len()));
        voters.retain(|voter| !need.have.contains(&voter.id) && !need.newer.contains(&voter.id));
        if voters.is_empty() {
            return Ok(());
        }
        let nowhere = voters
            .iter()
            .filter(|voter| voter.delivery == isoloir_domain::Delivery::default());
        told.nowhere = told.nowhere.saturating_add(count(nowhere.count()));
        told.made = told.made.saturating_add(count(voters.len()));
        let write = self.record(voters).await?;
        // As many files at a time as cores: no more of them are held.
        while writing.len() >= std::thread::available_parallelism().map_or(1, usize::from) {
            if let Some(written) = writing.join_next().await {
                self.complete(written?).await?;
            }
        }
        writing.spawn_blocking(write);
        Ok(())
    }

    /// Records the batch with its codes; gives what writes its file.
    async fn record(
        &self,
        voters: Vec<EntitledVoter>,
    ) -> anyhow::Result<impl FnOnce() -> anyhow::Result<Written> + Send + 'static> {
        let place = voters.first().and_then(place_of).cloned();
        let file = format!("{}/{}", folder_of(place.as_ref()), self.content.file_name());
        let names: Vec<(VoterId, String)> = voters.iter().map(|voter| (voter.id, sorted_name(voter))).collect();
        let batch = Batch {
            place: place.as_ref(),
            file: &file,
            organiser: &self.content.letterhead.organiser,
            consultation: &self.content.consultations,
        };
        let made = self.registrar.make_notices(&batch, &names, &mut ambient::rng()).await?;
        let path = self.out.join(file.replace("{}", &format!("{:05}", made.id)));
        let content = Arc::clone(&self.content);
        Ok(move || {
            let batch = made.id;
            let bytes = content.render(&voters, made)?;
            write_whole(&path, &bytes)?;
            let digest = hex::encode(Sha256::digest(&*bytes));
            Ok(Written { batch, digest })
        })
    }

    async fn complete(&self, written: anyhow::Result<Written>) -> anyhow::Result<()> {
        let Written { batch, digest } = written?;
        Ok(self.registrar.complete_batch(batch, &digest).await?)
    }

    /// A file whose batch was not completed holds void codes.
    async fn remove_unfinished(&self) -> anyhow::Result<()> {
        let mut from = 0;
        loop {
            let batches = self.registrar.batches(from).await?;
            let Some(last) = batches.last() else { return Ok(()) };
            from = last.id.saturating_add(1);
            for batch in batches.iter().filter(|batch| batch.digest.is_none()) {
                for path in [self.out.join(&batch.file), unfinished(&self.out.join(&batch.file))] {
                    match std::fs::remove_file(&path) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Signature lists, index and manifest, from the database; those of this folder alone.
    async fn write_lists(&self) -> anyhow::Result<()> {
        for place in self.registrar.delivery_places().await? {
            if self.out.join(folder_of(Some(&place.place))).is_dir() && place.closed.is_none() {
                self.write_signature_list(&place.place).await?;
            }
        }
        self.write_index().await?;
        self.write_manifest().await
    }

    async fn write_signature_list(&self, place: &Place) -> anyhow::Result<()> {
        let notices = self.registrar.notices_at(&place.code, NoticeStatus::Made).await?;
        let rows: Vec<(String, String)> = notices
            .into_iter()
            .filter(|notice| !notice.void)
            .map(|notice| (notice.reference.to_string(), notice.name))
            .collect();
        for (part, notices) in (1_u32..).zip(rows.chunks(LIST_ROWS)) {
            let list = SignatureList {
                organiser: &self.content.letterhead.organiser,
                consultation: &self.content.consultations,
                place,
                notices,
            };
            let path = self
                .out
                .join(format!("{}/emargement-{part:02}.pdf", folder_of(Some(place))));
            write_whole(&path, &isoloir_documents::pdf(&signature_list(&list))?)?;
        }
        Ok(())
    }

    async fn write_index(&self) -> anyhow::Result<()> {
        let path = self.out.join("index.csv");
        let mut index = BufWriter::new(private(&unfinished(&path))?);
        writeln!(index, "reference;lieu;fichier;page;valable")?;
        let mut after = None;
        loop {
            let notices = self.registrar.notices_after(after).await?;
            let Some(last) = notices.last() else { break };
            after = Some(last.reference);
            for notice in notices.iter().filter(|notice| self.out.join(&notice.file.0).exists()) {
                let valid = if notice.void { "non" } else { "oui" };
                let (file, page) = &notice.file;
                writeln!(
                    index,
                    "{};{};{file};{page};{valid}",
                    notice.reference,
                    safe_field(&notice.place)
                )?;
            }
        }
        finish(index, &path)
    }

    async fn write_manifest(&self) -> anyhow::Result<()> {
        let path = self.out.join("manifest.csv");
        let mut manifest = BufWriter::new(private(&unfinished(&path))?);
        writeln!(manifest, "fichier;lieu;premiere;derniere;notices;sha256")?;
        let mut from = 0;
        loop {
            let batches = self.registrar.batches(from).await?;
            let Some(last) = batches.last() else { break };
            from = last.id.saturating_add(1);
            for batch in batches.iter().filter(|batch| self.out.join(&batch.file).exists()) {
                if let (Some((first, last)), Some(digest)) = (batch.references, &batch.digest) {
                    let (file, place) = (&batch.file, safe_field(&batch.place));
                    writeln!(manifest, "{file};{place};{first};{last};{};{digest}", batch.size)?;
                }
            }
        }
        finish(manifest, &path)
    }
}

/// A file on the disk, whole.
struct Written {
    batch: i64,
    digest: String,
}

impl Content {
    fn new(config: &RegistrarConfig, output: Output, head: Entitlements) -> Self {
        let notice = config.notice.clone();
        let mut consultations: Vec<&str> = head.elections.iter().map(|one| one.consultation.as_str()).collect();
        consultations.dedup();
        let origin = config.portal_origin.as_str();
        Self {
            output,
            consultations: consultations.join(", "),
            letterhead: Letterhead {
                organiser: head
                    .elections
                    .first()
                    .map_or_else(String::new, |one| one.organiser.clone()),
                sender: notice.sender,
                portal: origin.split_once("://").map_or(origin, |(_, host)| host).to_owned(),
                phone: notice.phone,
                email: notice.email,
                hours: notice.hours,
                security: notice.security,
                rgs: notice.rgs,
            },
            elections: head.elections.into_iter().map(|one| (one.id.clone(), one)).collect(),
        }
    }

    fn file_name(&self) -> &'static str {
        match self.output {
            Output::Paper => "notices-{}.pdf",
            Output::Printer(_) => "notices-{}.csv.age",
        }
    }

    fn render(&self, voters: &[EntitledVoter], made: MadeBatch) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let notices: Vec<Notice> = voters
            .iter()
            .zip(made.notices)
            .map(|(voter, made)| Notice {
                reference: made.reference.to_string(),
                name: format!("{} {}", voter.first_name, voter.last_name),
                delivery: voter.delivery.clone(),
                language: voter.language(),
                votes: self.votes(&voter.elections),
                code: Zeroizing::new(made.code.to_string()),
            })
            .collect();
        match &self.output {
            Output::Paper => Ok(Zeroizing::new(notice::pdf(&self.letterhead, &notices)?)),
            Output::Printer(recipient) => encrypted(recipient, &notices),
        }
    }

    fn votes(&self, elections: &[ElectionId]) -> Vec<Vote> {
        let mut votes: Vec<Vote> = Vec::new();
        for election in elections.iter().filter_map(|id| self.elections.get(id)) {
            match votes.iter_mut().find(|vote| vote.consultation == election.consultation) {
                Some(vote) => vote.elections.push(election.title.clone()),
                None => votes.push(Vote {
                    consultation: election.consultation.clone(),
                    opens: election.opens,
                    closes: election.closes,
                    elections: vec![election.title.clone()],
                }),
            }
        }
        votes
    }
}

/// A row per notice, encrypted as it is written: no code is ever on the disk in clear.
fn encrypted(recipient: &age::x25519::Recipient, notices: &[Notice]) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let recipients = std::iter::once(recipient as &dyn age::Recipient);
    let mut file = Zeroizing::new(Vec::new());
    let mut writer = age::Encryptor::with_recipients(recipients)?.wrap_output(&mut *file)?;
    writer.write_all(PRINTER_COLUMNS.as_bytes())?;
    for notice in notices {
        let place = notice.delivery.place.as_ref();
        let address = &notice.delivery.address;
        let line = |rank: usize| address.get(rank).map_or("", String::as_str);
        let titles = notice.votes.iter().map(|vote| {
            format!(
                "{} ({} / {}) : {}",
                vote.consultation,
                vote.opens,
                vote.closes,
                vote.elections.join(", ")
            )
        });
        let titles = titles.collect::<Vec<_>>().join(" | ");
        let cells = [
            notice.reference.as_str(),
            &notice.name,
            place.map_or("", |place| place.code.as_str()),
            place.map_or("", |place| place.name.as_str()),
            line(0),
            line(1),
            line(2),
            line(3),
            line(4),
            notice.language.code(),
            &titles,
        ];
        writer.write_all(cells.map(safe_field).join(";").as_bytes())?;
        let code = Zeroizing::new(format!(";{}\n", notice.code.as_str()));
        writer.write_all(code.as_bytes())?;
    }
    writer.finish()?;
    Ok(file)
}

const PRINTER_COLUMNS: &str =
    "reference;nom;lieu;lieu_nom;adresse1;adresse2;adresse3;adresse4;adresse5;langue;scrutins;code\n";

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} notices made; {} voters had theirs", self.made, self.had)?;
        if self.newer > 0 {
            writeln!(f, "{} voters obtained a newer code meanwhile and keep it", self.newer)?;
        }
        if self.nowhere > 0 {
            writeln!(
                f,
                "{} notices have neither a place nor an address: see poste/",
                self.nowhere
            )?;
        }
        for text in &self.missing {
            writeln!(
                f,
                "warning: R. 211-553 asks for it, and the configuration does not say it: [notice] {text} = \"…\""
            )?;
        }
        let out = self.out.display();
        writeln!(
            f,
            "{out}/manifest.csv names the files that count; {out}/index.csv says where each reference is"
        )
    }
}

fn place_of(voter: &EntitledVoter) -> Option<&Place> {
    voter.delivery.place.as_ref()
}

/// Family name first, as lists are read.
fn sorted_name(voter: &EntitledVoter) -> String {
    format!("{} {}", voter.last_name, voter.first_name)
}

/// A place's folder: its code, in characters that every system takes.
fn folder_of(place: Option<&Place>) -> String {
    let Some(place) = place else { return "poste".to_owned() };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("lieu-{}", place.code.chars().map(plain).collect::<String>())
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn private(path: &Path) -> anyhow::Result<private_file::Reserved> {
    let _: Result<(), _> = std::fs::remove_file(path);
    private_file::Reserved::at(path)
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make {}", path.display()))?;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?)
}

/// Writes a file that is there whole or not at all, down to the disk.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().context("a file in a folder")?;
    make_folder(folder)?;
    private(&unfinished(path))?.fill(bytes)?;
    rename(path)
}

fn finish(file: BufWriter<private_file::Reserved>, path: &Path) -> anyhow::Result<()> {
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.complete()?;
    rename(path)
}

fn rename(path: &Path) -> anyhow::Result<()> {
    std::fs::rename(unfinished(path), path)
        .and_then(|()| File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))
}

fn lines(path: &Path) -> anyhow::Result<u64> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut lines = 0_u64;
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(lines);
        }
        lines = lines.saturating_add(count(bytes.iter().filter(|byte| **byte == b'\n').count()));
        let read = bytes.len();
        reader.consume(read);
    }
}
