//! Captchas (*captcha*): who gives them and who judges the answers.
//!
//! A [`CaptchaProvider`] is all the portal knows. Ours ([`LocalCaptcha`]) keeps nothing of a challenge before it is answered: its name is
//! sealed with a key of the server, and digits, picture and sound all follow from the name. A flood of pages hence writes nothing, and the
//! database never holds an answer. Only names that were answered are kept, until they expire, so that none serves twice.
//!
//! An operator may plug another by [`VotingServer::use_captcha`]. CaptchEtat, the State's own, would be one: `challenge` draws a UUID,
//! `image` and `sound` fetch `simple-captcha-endpoint?get=image|sound&t=<id>` with an OAuth 2 token, `verify` posts `{uuid, code}` to
//! `valider-captcha`. It is open to public bodies under contract only.
//!
//! Whoever can use neither picture nor sound calls the help desk, which reads out a code of eight digits ([`VotingServer::captcha_bypass`])
//! to type in the same field.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use isoloir_captcha::{Challenge, Tongue};
use isoloir_domain::Clock;
use isoloir_domain::message::Language;
use isoloir_store::Store;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256, Sha512};

use crate::{Fault, VotingServer};

/// What a provider answers, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// A picture or a sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// `image/png`, `audio/wav`.
    pub kind: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Whoever gives captchas and judges the answers.
pub trait CaptchaProvider: Send + Sync {
    /// The name of a new challenge.
    fn challenge(&self) -> Answer<'_, String>;

    /// Its picture, `None` when there is no such challenge or it has expired.
    fn image<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Media>>;

    /// Its sound, likewise.
    fn sound<'a>(&'a self, id: &'a str, language: Language) -> Answer<'a, Option<Media>>;

    /// Whether `typed` answers the challenge. The challenge is over after this, whatever the outcome.
    fn verify<'a>(&'a self, id: &'a str, typed: &'a str) -> Answer<'a, bool>;
}

/// How long a challenge may be answered.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How long a code of the help desk may be used.
pub const BYPASS_LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// Digits of a code of the help desk: more than a captcha has, so that one is never taken for the other.
const BYPASS_DIGITS: usize = 8;

const NONCE: usize = 16;
const SEALED: usize = NONCE + 8 + 16;

/// Captchas drawn by this very server.
pub struct LocalCaptcha {
    store: Store,
    clock: Arc<dyn Clock>,
    rng: Mutex<StdRng>,
    key: [u8; 64],
}

/// A challenge whose seal holds.
struct Named {
    nonce: [u8; NONCE],
    expires: Timestamp,
}

impl LocalCaptcha {
    /// Captchas sealed under a key derived from the server's, so that every node knows the challenges of the others.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, rng: StdRng, server_key: &SigningKey) -> LocalCaptcha {
        let key = Sha512::new()
            .chain_update(b"isoloir/captcha/v1|")
            .chain_update(server_key.as_bytes())
            .finalize()
            .into();
        LocalCaptcha {
            store,
            clock,
            rng: Mutex::new(rng),
            key,
        }
    }

    fn keyed(&self, purpose: &[u8], what: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256>>::new(&self.key.into());
        mac.update(purpose);
        mac.update(what);
        mac.finalize().into_bytes().into()
    }

    fn rng(&self) -> StdRng {
        let mut shared = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        StdRng::from_rng(&mut *shared)
    }

    fn name(&self) -> String {
        let nonce: [u8; NONCE] = self.rng().random();
        let expires = self.clock.now().saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let mut sealed = Vec::with_capacity(SEALED);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&expires.as_second().to_be_bytes());
        let seal = self.keyed(b"name|", &sealed);
        sealed.extend(seal.iter().take(SEALED - sealed.len()));
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// Reads a name; `None` when we did not give it or it has expired.
    fn read(&self, id: &str) -> Option<Named> {
        let sealed: [u8; SEALED] = URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
        let (said, seal) = sealed.split_at_checked(NONCE + 8)?;
        let mut mac = <Hmac<Sha256>>::new(&self.key.into());
        mac.update(b"name|");
        mac.update(said);
        mac.verify_truncated_left(seal).ok()?;
        let (nonce, expires) = said.split_at_checked(NONCE)?;
        let expires = Timestamp::from_second(i64::from_be_bytes(expires.try_into().ok()?)).ok()?;
        (expires > self.clock.now()).then_some(Named {
            nonce: nonce.try_into().ok()?,
            expires,
        })
    }

    fn digits(&self, named: &Named) -> Challenge {
        Challenge::draw(&mut StdRng::from_seed(self.keyed(b"digits|", &named.nonce)))
    }

    /// The same generator each time the same picture is asked for.
    fn drawing(&self, purpose: &[u8], named: &Named) -> StdRng {
        StdRng::from_seed(self.keyed(purpose, &named.nonce))
    }

    async fn judge(&self, id: &str, typed: &str) -> Result<bool, Fault> {
        let Some(named) = self.read(id) else {
            return Ok(false);
        };
        let now = self.clock.now();
        let first = self.store.spend_captcha(&named.nonce, named.expires, now).await?;
        Ok(first && self.digits(&named).is_answered_by(typed))
    }

    /// The answer, for tests and for the demonstration's own end-to-end test.
    #[cfg(any(test, feature = "known-captcha"))]
    #[must_use]
    pub fn answer(&self, id: &str) -> Option<String> {
        self.read(id).map(|named| self.digits(&named).answer())
    }

    fn bypass_digest(&self, code: &str) -> [u8; 32] {
        self.keyed(b"bypass|", code.as_bytes())
    }
}

impl CaptchaProvider for LocalCaptcha {
    fn challenge(&self) -> Answer<'_, String> {
        Box::pin(async { Ok(self.name()) })
    }

    fn image<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Media>> {
        Box::pin(async move {
            let Some(named) = self.read(id) else {
                return Ok(None);
            };
            let picture = self.digits(&named).picture(&mut self.drawing(b"picture|", &named));
            let bytes = picture.map_err(|_| Fault::Damaged("a captcha's picture"))?;
            Ok(Some(Media {
                kind: "image/png",
                bytes,
            }))
        })
    }

    fn sound<'a>(&'a self, id: &'a str, language: Language) -> Answer<'a, Option<Media>> {
        Box::pin(async move {
            let tongue = match language {
                Language::French => Tongue::French,
                Language::English => Tongue::English,
            };
            Ok(self.read(id).map(|named| Media {
                kind: "audio/wav",
                bytes: self.digits(&named).sound(tongue, &mut self.drawing(b"sound|", &named)),
            }))
        })
    }

    fn verify<'a>(&'a self, id: &'a str, typed: &'a str) -> Answer<'a, bool> {
        Box::pin(self.judge(id, typed))
    }
}

impl VotingServer {
    /// Puts another provider in place of ours. Once, before the first challenge; later calls change nothing.
    pub fn use_captcha(&self, provider: Arc<dyn CaptchaProvider>) {
        if self.inner.foreign_captcha.set(provider).is_err() {
            tracing::warn!("a captcha provider was already in place");
        }
    }

    /// Whoever gives captchas.
    #[must_use]
    pub fn captcha(&self) -> &dyn CaptchaProvider {
        match self.inner.foreign_captcha.get() {
            Some(provider) => provider.as_ref(),
            None => &self.inner.captcha,
        }
    }

    /// Our own captchas, whose answers tests may ask for.
    #[cfg(any(test, feature = "known-captcha"))]
    #[must_use]
    pub fn local_captcha(&self) -> &LocalCaptcha {
        &self.inner.captcha
    }

    /// Whether what was typed lets the person past the challenge `id`: its answer, or a code of the help desk. Either serves once.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn verify_captcha(&self, id: &str, typed: &str) -> Result<bool, Fault> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() == BYPASS_DIGITS && digits.bytes().all(|b| b.is_ascii_digit()) {
            let digest = self.inner.captcha.bypass_digest(&digits);
            return Ok(self
                .inner
                .store
                .use_captcha_bypass(&digest, self.inner.clock.now())
                .await?);
        }
        self.captcha().verify(id, &digits).await
    }

    /// A new code of the help desk: eight digits, once, within [`BYPASS_LIFETIME`]. The console that asks for it says so in the journal.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn captcha_bypass(&self) -> Result<String, Fault> {
        let code = format!("{:08}", self.rng().random_range(0..100_000_000_u32));
        let digest = self.inner.captcha.bypass_digest(&code);
        let now = self.inner.clock.now();
        self.inner
            .store
            .insert_captcha_bypass(&digest, self.after(BYPASS_LIFETIME), now)
            .await?;
        Ok(code)
    }
}
