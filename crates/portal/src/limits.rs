//! How often a network may try (*limitation des essais*): token buckets in memory, per node, before any work is done.
//!
//! A network is what one subscriber or one site is given: /24 in IPv4, /56 in IPv6. A school or an administration shares one, so the rates
//! are generous: they stop a flood, while what protects an account is counted per account, in the database. Nothing is ever written
//! down about an address.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use jiff::Timestamp;

use crate::state::PortalState;

/// What is limited, each apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Signing in.
    SignIn,
    /// Activating an account.
    Activation,
    /// Asking for a new password.
    PasswordReset,
    /// Asking for a new voting code.
    Reissue,
    /// Going to the provider of identities, and coming back.
    Identity,
    /// Writing to the help desk.
    Assistance,
    /// Filing a complaint without signing in.
    Complaint,
    /// Pictures and sounds of captchas, which cost work to draw.
    Captcha,
    /// PDF files, which cost more.
    Document,
    /// Calls of the API by a token that is none.
    Token,
    /// Attempts that failed, of any kind: when they are many, a captcha stands before the next.
    Failure,
}

impl Limit {
    /// At once, and then per minute, for one network.
    const fn rate(self) -> (i64, i64) {
        match self {
            Limit::SignIn => (300, 300),
            Limit::Activation => (200, 120),
            Limit::PasswordReset | Limit::Reissue | Limit::Assistance | Limit::Complaint => (60, 30),
            Limit::Identity => (120, 60),
            Limit::Captcha => (600, 300),
            Limit::Document => (120, 60),
            Limit::Token => (60, 30),
            Limit::Failure => (40, 20),
        }
    }
}

/// What all networks together do without strain, in times what one may. Beyond it nobody is shut out, since whoever comes from many
/// networks could then shut out everybody: each network has a tenth of its burst left.
const TOGETHER: i64 = 20;
/// What is left of a network's burst under strain: one part of so many.
const STRAINED: i64 = 10;
/// Networks remembered at most; beyond, those that are new share one bucket.
const MAX_BUCKETS: usize = 65_536;
/// Idle buckets are looked for at most this often, in milliseconds: the search goes through them all.
const SWEEP_EVERY: i64 = 1_000;

/// Where a request comes from, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// The first 24 bits of an IPv4 address.
    V4([u8; 3]),
    /// The first 56 bits of an IPv6 address.
    V6([u8; 7]),
    /// Everyone whom there was no room to remember, or without a socket.
    Other,
    /// Everyone.
    All,
}

impl Network {
    /// The network of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Network {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Network::V4([a, b, c])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, e, f, g, ..] = v6.octets();
                Network::V6([a, b, c, d, e, f, g])
            }
        }
    }
}

/// What the operator decides about limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Proxies whose `X-Forwarded-For` is believed. Empty: the socket's address counts, whatever a header says.
    pub trusted_proxies: Vec<Block>,
    /// Multiplies every rate; zero switches limits off, for a rehearsal whose voters share one machine.
    pub factor: u32,
}

impl Default for LimitsConfig {
    fn default() -> LimitsConfig {
        LimitsConfig {
            trusted_proxies: Vec::new(),
            factor: 1,
        }
    }
}

/// A block of addresses: `10.1.0.0/16`, `2001:db8::/32`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is not a block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address or a block of addresses is expected, such as 10.1.0.0/16")]
pub struct NotABlock;

impl FromStr for Block {
    type Err = NotABlock;

    fn from_str(text: &str) -> Result<Block, NotABlock> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) if prefix.bytes().all(|b| b.is_ascii_digit()) => (address, Some(prefix)),
            Some(_) => return Err(NotABlock),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotABlock)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = prefix.map_or(Ok(bits), |prefix| prefix.parse().map_err(|_| NotABlock))?;
        if prefix > bits {
            return Err(NotABlock);
        }
        Ok(Block { address, prefix })
    }
}

impl Block {
    fn contains(self, address: IpAddr) -> bool {
        let (ours, theirs, bits) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let free = bits - u32::from(self.prefix);
        // A shift by all bits is none of the machine's: the empty prefix contains everything.
        ours.checked_shr(free).unwrap_or(0) == theirs.checked_shr(free).unwrap_or(0)
    }
}

/// How long to wait, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub u64);

/// The buckets. Each is one instant: when it will be full again (generic cell rate algorithm).
pub struct Limits {
    config: LimitsConfig,
    buckets: Mutex<Buckets>,
}

#[derive(Default)]
struct Buckets {
    full_again: HashMap<(Limit, Network), i64>,
    swept: i64,
}

impl Limits {
    /// Empty buckets.
    #[must_use]
    pub fn new(config: LimitsConfig) -> Limits {
        Limits {
            config,
            buckets: Mutex::default(),
        }
    }

    /// Counts one attempt of `network`.
    ///
    /// # Errors
    /// How long to wait when it is one too many; it then is not counted.
    pub fn take(&self, limit: Limit, network: Network, now: Timestamp) -> Result<(), Wait> {
        let now = now.as_millisecond();
        let mut buckets = self.lock();
        let network = buckets.room_for(limit, network, now);
        let all = self.next(&buckets, limit, Network::All, now, 1);
        let parts = if all.is_err() { STRAINED } else { 1 };
        let own = self.next(&buckets, limit, network, now, parts)?;
        buckets.full_again.insert((limit, network), own);
        if let Ok(all) = all {
            buckets.full_again.insert((limit, Network::All), all);
        }
        Ok(())
    }

    /// Whether the next attempt would be one too many.
    #[must_use]
    pub fn is_spent(&self, limit: Limit, network: Network, now: Timestamp) -> bool {
        let now = now.as_millisecond();
        self.next(&self.lock(), limit, network, now, 1).is_err()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the bucket would be full again after one more attempt, of which one part of `parts` may be used at once.
    fn next(&self, buckets: &Buckets, limit: Limit, network: Network, now: i64, parts: i64) -> Result<i64, Wait> {
        let many = i64::from(self.config.factor) * if network == Network::All { TOGETHER } else { 1 };
        if many == 0 {
            return Ok(now);
        }
        let (burst, per_minute) = limit.rate();
        // In microseconds, so that fast rates are not rounded to nothing.
        let spacing = 60_000_000 / (per_minute * many);
        let full_again = buckets.full_again.get(&(limit, network)).copied().unwrap_or(0);
        let now = now.saturating_mul(1_000);
        // No bucket is emptier than empty: what stands further ahead was written before the clock was set back, and shuts nobody out.
        let possible = full_again <= now.saturating_add(spacing * burst * many);
        let at = if possible { full_again.max(now) } else { now };
        let ahead = at - now - spacing * (burst * many / parts - 1);
        if ahead > 0 {
            return Err(Wait(u64::try_from(ahead / 1_000_000).unwrap_or(0) + 1));
        }
        Ok(at.saturating_add(spacing))
    }
}

impl Buckets {
    /// The bucket to use: the network's own while there is room for it.
    fn room_for(&mut self, limit: Limit, network: Network, now: i64) -> Network {
        if self.full_again.len() >= MAX_BUCKETS && !self.full_again.contains_key(&(limit, network)) {
            if now - self.swept >= SWEEP_EVERY {
                self.swept = now;
                self.full_again
                    .retain(|_, full_again| *full_again > now.saturating_mul(1_000));
            }
            if self.full_again.len() >= MAX_BUCKETS {
                return Network::Other;
            }
        }
        network
    }
}

/// The network of the client, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub Network);

impl Client {
    pub(crate) fn of(request: &Request, config: &LimitsConfig) -> Client {
        Client::told(request.extensions(), request.headers(), config)
    }

    fn told(extensions: &Extensions, headers: &HeaderMap, config: &LimitsConfig) -> Client {
        let Some(ConnectInfo(socket)) = extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Client(Network::Other);
        };
        Client(Network::of(forwarded(socket.ip(), headers, config)))
    }
}

impl FromRequestParts<PortalState> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &PortalState) -> Result<Client, Infallible> {
        Ok(Client::told(&parts.extensions, &parts.headers, &state.config().limits))
    }
}

/// Follows `X-Forwarded-For` from the right, as long as the one who speaks is a proxy of ours. What an unknown wrote is never read.
fn forwarded(socket: IpAddr, headers: &HeaderMap, config: &LimitsConfig) -> IpAddr {
    let lines: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut speaker = socket;
    for said in lines.join(",").rsplit(',') {
        if !config.trusted_proxies.iter().any(|block| block.contains(speaker)) {
            break;
        }
        let Ok(address) = said.trim().parse() else {
            break;
        };
        speaker = address;
    }
    speaker
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use jiff::SignedDuration;

    fn network(n: u32) -> Network {
        Network::of(IpAddr::from((0x0a00_0000 + (n << 8)).to_be_bytes()))
    }

    fn start() -> Timestamp {
        "2026-12-03T07:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_network_waits_and_another_does_not() {
        let limits = Limits::new(LimitsConfig::default());
        for _ in 0..60 {
            assert_eq!(limits.take(Limit::Assistance, network(1), start()), Ok(()));
        }
        let Err(Wait(seconds)) = limits.take(Limit::Assistance, network(1), start()) else {
            panic!("the sixty-first passed");
        };
        assert!((1..=3).contains(&seconds), "{seconds}");
        assert!(limits.is_spent(Limit::Assistance, network(1), start()));
        assert_eq!(limits.take(Limit::Assistance, network(2), start()), Ok(()));
        assert_eq!(limits.take(Limit::SignIn, network(1), start()), Ok(()));
        let later = start() + SignedDuration::from_secs(i64::try_from(seconds).unwrap());
        assert_eq!(limits.take(Limit::Assistance, network(1), later), Ok(()));
        assert!(limits.take(Limit::Assistance, network(1), later).is_err());
    }

    #[test]
    fn many_networks_together_leave_each_a_tenth_and_shut_nobody_out() {
        let limits = Limits::new(LimitsConfig::default());
        let passed = |of: u32| {
            (0..100)
                .filter(|_| limits.take(Limit::Assistance, network(of), start()).is_ok())
                .count()
        };
        assert_eq!((0..20).map(passed).collect::<Vec<_>>(), [60; 20]);
        assert_eq!((20..5_000).map(passed).max(), Some(6));
        assert_eq!(
            (5_000..5_100).map(passed).min(),
            Some(6),
            "whoever comes now still passes"
        );
        assert_eq!(passed(0), 0);
        let quiet = start() + SignedDuration::from_mins(2);
        assert!((0..60).all(|_| limits.take(Limit::Assistance, network(1), quiet).is_ok()));
    }

    #[test]
    fn memory_is_bounded_and_comes_back() {
        let limits = Limits::new(LimitsConfig {
            factor: 1_000,
            ..LimitsConfig::default()
        });
        for n in 0..70_000_u32 {
            let [a, b, c, d] = n.to_be_bytes();
            let address = IpAddr::from([0x20, 1, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
            assert!(limits.take(Limit::SignIn, Network::of(address), start()).is_ok());
        }
        assert!(limits.lock().full_again.len() <= MAX_BUCKETS + 1);
        let later = start() + SignedDuration::from_hours(1);
        assert!(limits.take(Limit::SignIn, network(9), later).is_ok());
        assert!(limits.lock().full_again.len() < 10, "idle buckets are forgotten");
    }

    #[test]
    fn a_clock_set_back_shuts_nobody_out() {
        let limits = Limits::new(LimitsConfig::default());
        while limits.take(Limit::Assistance, network(1), start()).is_ok() {}
        let back = start() - SignedDuration::from_hours(2);
        let soon = back + SignedDuration::from_secs(3);
        assert!(limits.take(Limit::Assistance, network(1), soon).is_ok());
    }

    #[test]
    fn no_limit_in_a_rehearsal() {
        let limits = Limits::new(LimitsConfig {
            factor: 0,
            ..LimitsConfig::default()
        });
        assert!((0..10_000).all(|_| limits.take(Limit::Complaint, network(1), start()).is_ok()));
    }

    #[test]
    fn networks_are_prefixes() {
        let of = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.7"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8:1:2300::1"), of("2001:db8:1:23ff::9"));
        assert_ne!(of("2001:db8:1:2300::1"), of("2001:db8:1:2400::1"));
    }

    #[test]
    fn blocks_of_addresses() {
        let holds = |block: &str, address: &str| block.parse::<Block>().unwrap().contains(address.parse().unwrap());
        assert!(holds("10.1.0.0/16", "10.1.200.3") && !holds("10.1.0.0/16", "10.2.0.1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::/129",
            "host",
            "10.0.0/8",
        ] {
            assert_eq!(wrong.parse::<Block>(), Err(NotABlock), "{wrong}");
        }
    }

    #[test]
    fn only_our_proxies_are_believed() {
        let config = LimitsConfig {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            factor: 1,
        };
        let asked = |socket: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            forwarded(socket.parse().unwrap(), &headers, &config).to_string()
        };
        assert_eq!(asked("203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        assert_eq!(asked("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(asked("10.0.0.1", &["1.1.1.1, nonsense"]), "10.0.0.1");
        assert_eq!(asked("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(asked("10.0.0.1", &["10.0.0.9"]), "10.0.0.9");
    }
}
