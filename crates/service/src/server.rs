//! What all use cases share: store, keys, clock, randomness, pools.

use std::collections::HashMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use ed25519_dalek::{SigningKey, VerifyingKey};
use isoloir_carriers::MailMode;
use isoloir_carriers::mail::MailError;
use isoloir_domain::capacity::Machine;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{Clock, ElectionId, Seat, StaffId};
use isoloir_store::copy::{CopyError, CopyPlace};
use isoloir_store::{Store, StoreError};
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand_core::Rng as _;
use rayon::ThreadPool;

use crate::Fault;
use crate::board::{Build, KeptPart, SelfCheck};
use crate::boxes::Boxes;
use crate::captcha::{CaptchaProvider, LocalCaptcha};
use crate::consult::PortalRules;
use crate::deliver::Postman;
use crate::franceconnect::IdentityProvider;
use crate::hashing::Hashing;
use crate::registrar_link::RegistrarLink;
use crate::sealed::Vault;
use crate::waiting_room::WaitingRoom;
use crate::writer::Writer;

/// What the operator decides.
pub struct Settings {
    /// Signs receipts, heads and tickets.
    pub server_key: SigningKey,
    /// Verifies admissions: the registrar's public key.
    pub registrar_key: VerifyingKey,
    /// Origin of the pages, for links in mails, for instance `https://vote.example.fr`. No final slash.
    pub public_url: String,
    /// Where messages go.
    pub mail: MailMode,
    /// Threads that verify proofs; as many as there are cores when `None`.
    pub verifiers: Option<usize>,
    /// Threads that hash passwords, at a low priority; as many as there are cores when `None`.
    pub hashers: Option<usize>,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database could not be opened or migrated.
    #[error("the database could not be opened")]
    Store(#[from] StoreError),
    /// Threads could not be started.
    #[error("the verification threads could not be started")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The mail settings make no sense.
    #[error(transparent)]
    Mail(#[from] MailError),
}

/// The voting server (*serveur de vote*). Cheap to clone.
#[derive(Clone)]
pub struct VotingServer {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) server_key: SigningKey,
    pub(crate) registrar_key: VerifyingKey,
    pub(crate) public_url: String,
    pub(crate) postman: Postman,
    /// Seals what the database must not read.
    pub(crate) vault: Vault,
    /// Who signs letters, and when that was read.
    pub(crate) organiser: RwLock<Option<(String, Timestamp)>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) boxes: Boxes,
    /// Proofs are verified here, off the async threads.
    pub(crate) verifiers: ThreadPool,
    /// Passwords are hashed here, after everything else.
    pub(crate) hashing: Hashing,
    /// Who comes before whom, when more people want to sign in than can be served.
    pub(crate) waiting_room: WaitingRoom,
    /// What the portal's consultation decides, as last read.
    pub(crate) rules: Mutex<Option<(Timestamp, Arc<PortalRules>)>>,
    /// Our own captchas, and another's when the operator plugs one.
    pub(crate) captcha: LocalCaptcha,
    pub(crate) foreign_captcha: OnceLock<Arc<dyn CaptchaProvider>>,
    /// Who vouches for identities, when the operator has set somebody up.
    pub(crate) identity: OnceLock<IdentityProvider>,
    /// The running program, as the binary measured itself last.
    pub(crate) build: Mutex<Option<Build>>,
    /// The machine on which it runs.
    pub(crate) machine: Mutex<Option<Machine>>,
    /// The last check of each board's seal.
    pub(crate) checks: Mutex<HashMap<String, SelfCheck>>,
    /// What was last read of the elections of boards, for their pages.
    pub(crate) sealed_parts: Mutex<HashMap<ElectionId, KeptPart>>,
    /// Which members of boards asked for something lately.
    pub(crate) seen: Mutex<HashMap<(String, Seat), Timestamp>>,
    /// The line to the registrar, once its address is known.
    pub(crate) registrar: OnceLock<RegistrarLink>,
    /// One result is computed and audited at a time.
    pub(crate) counting: tokio::sync::Mutex<()>,
    /// Whether folders are applied with a signature of the organiser only.
    pub(crate) signed_folders: AtomicBool,
    /// Whether this machine's clock was last seen far from the database's.
    pub(crate) is_adrift: AtomicBool,
    rng: Mutex<StdRng>,
}

impl VotingServer {
    /// Opens the database at `url` (`sqlite:///path/file.db` or `postgres://...`), creating or migrating it, and starts
    /// the writer. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(url: &str, settings: Settings, clock: Arc<dyn Clock>, rng: StdRng) -> Result<Self, OpenError> {
        let store = Store::open(url).await?;
        Self::over(store, settings, clock, rng)
    }

    /// As [`VotingServer::open`], over SQLite with a synchronous copy of the ballot log in the file `copy`, which is made or completed first.
    ///
    /// # Errors
    /// [`OpenError`], also when the copy cannot be written or is not this server's.
    pub async fn open_with_copy(
        url: &str,
        copy: &Path,
        settings: Settings,
        clock: Arc<dyn Clock>,
        rng: StdRng,
    ) -> Result<Self, OpenError> {
        let place = CopyPlace {
            file: copy.to_path_buf(),
            server: settings.server_key.verifying_key().to_bytes(),
        };
        let store = Store::open_with_copy(url, place, clock.now()).await?;
        Self::over(store, settings, clock, rng)
    }

    fn over(store: Store, settings: Settings, clock: Arc<dyn Clock>, mut rng: StdRng) -> Result<Self, OpenError> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let verifiers = rayon::ThreadPoolBuilder::new()
            .num_threads(settings.verifiers.unwrap_or(cores))
            .thread_name(|i| format!("verify-{i}"))
            .build()?;
        let postman = Postman::new(settings.mail)?;
        let writer = Writer::start(store.clone(), Arc::clone(&clock));
        let captcha = LocalCaptcha::new(
            store.clone(),
            Arc::clone(&clock),
            StdRng::from_rng(&mut rng),
            &settings.server_key,
        );
        let vault = Vault::new(&settings.server_key);
        let inner = Inner {
            server_key: settings.server_key,
            registrar_key: settings.registrar_key,
            public_url: settings.public_url,
            postman,
            vault,
            organiser: RwLock::default(),
            clock,
            store,
            writer,
            boxes: Boxes::default(),
            verifiers,
            hashing: Hashing::new(settings.hashers.unwrap_or(cores))?,
            waiting_room: WaitingRoom::default(),
            rules: Mutex::new(None),
            captcha,
            foreign_captcha: OnceLock::new(),
            identity: OnceLock::new(),
            build: Mutex::default(),
            machine: Mutex::default(),
            checks: Mutex::default(),
            sealed_parts: Mutex::default(),
            seen: Mutex::default(),
            registrar: OnceLock::new(),
            counting: tokio::sync::Mutex::default(),
            signed_folders: AtomicBool::new(false),
            is_adrift: AtomicBool::new(false),
            rng: Mutex::new(rng),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// From now on folders come with a signature of the organiser, which the command checks: none is applied by a program.
    pub fn require_signed_folders(&self) {
        self.inner.signed_folders.store(true, Ordering::Relaxed);
    }

    /// Public half of the key that signs receipts, heads and tickets.
    #[must_use]
    pub fn server_key(&self) -> VerifyingKey {
        self.inner.server_key.verifying_key()
    }

    /// The registrar's public key.
    #[must_use]
    pub fn registrar_key(&self) -> VerifyingKey {
        self.inner.registrar_key
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    /// Whether the database answers, told the same time as this machine when it was last asked, and the synchronous copy followed (for `/healthz`).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn health(&self) -> Result<(), Fault> {
        self.clocks_agree()?;
        if !self.inner.store.copy_follows() {
            return Err(StoreError::from(CopyError::Behind).into());
        }
        Ok(self.inner.store.ping().await?)
    }

    /// Ends what is under way and closes the database. Casts after this are told to retry.
    pub async fn close(&self) {
        self.inner.writer.stop().await;
        self.inner.store.close().await;
    }

    /// A generator of its own for one use, so that no lock is held while it is used.
    pub(crate) fn rng(&self) -> StdRng {
        let mut shared = self.inner.rng.lock().unwrap_or_else(PoisonError::into_inner);
        StdRng::from_rng(&mut *shared)
    }

    /// A random UUID, as text.
    pub(crate) fn random_uuid(&self) -> String {
        let mut random = [0; 16];
        self.rng().fill_bytes(&mut random);
        uuid::Builder::from_random_bytes(random).into_uuid().to_string()
    }

    /// An entry of the journal, at this instant.
    pub(crate) fn entry(&self, subject: Subject, what: Event) -> Entry {
        Entry {
            at: self.inner.clock.now(),
            actor: None,
            subject,
            what,
        }
    }

    /// An entry of the journal about what a member of the staff does at this instant.
    pub(crate) fn entry_by(&self, actor: StaffId, subject: Subject, what: Event) -> Entry {
        Entry {
            actor: Some(actor),
            ..self.entry(subject, what)
        }
    }

    /// Runs heavy work on the verification threads and waits for it without holding an async thread.
    pub(crate) async fn compute<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        self.inner.verifiers.spawn(move || {
            // Nobody waits any more when the request was dropped: the outcome is of no use then.
            let _ = send.send(work());
        });
        receive.await.map_err(|_| Fault::Stopping)
    }
}
