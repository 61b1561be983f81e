//! Configuration files: TOML, every unknown key refused, any key overridable from the environment.
//!
//! The voting server and the registrar are two domains of trust and have two files. A relative path in a file is relative to the
//! folder of that file. `ISOLOIR__DATABASE__URL=postgres://…` overrides `url` in `[database]`: two underscores separate the levels. What only the
//! other server's file has is left to it. What every key means is in [`explain`], for `isoloir config explain`.

mod environment;
pub mod explain;
mod keys;
mod words;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use isoloir_carriers::config::{MailConfig, SmsConfig};
use isoloir_domain::Origin;
use isoloir_domain::origin::NotAnOrigin;
use isoloir_identity::ClaimNames;
use isoloir_portal::AccessibilityAudit;
use isoloir_portal::LimitsConfig;
use isoloir_portal::limits::NotABlock;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use environment::Override;

/// What makes a configuration unusable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, a key is missing, unknown, or has the wrong type.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What the parser says, with line and column.
        message: String,
    },
    /// An environment variable names a level that holds a plain value.
    #[error("{variable} cannot be applied: {level} is a value in the configuration, not a section")]
    Override {
        /// The variable.
        variable: String,
        /// The level.
        level: String,
    },
}

/// The voting server's configuration (*serveur de vote*).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Address the portal listens on.
    pub listen: SocketAddr,
    /// Certificate and key, when TLS ends here and not at a proxy.
    pub tls: Option<TlsConfig>,
    /// Origin under which browsers see the portal, without a final slash.
    pub origin: String,
    /// Origin under which browsers see the registrar, without a final slash.
    pub registrar_origin: String,
    /// Origin under which this server reaches the registrar, when it is another than the browsers'.
    pub registrar_url: Option<String>,
    /// Private key of receipts, tickets and chain heads (`isoloir key new`).
    pub key: PathBuf,
    /// Public key of the registrar, which signs admissions.
    pub registrar_key: PathBuf,
    /// Public keys of the organiser. When there are any, a consultation's folder is applied only if one of them signed it.
    #[serde(default)]
    pub organiser_keys: Vec<PathBuf>,
    /// Where the data is.
    pub database: ServerDatabaseConfig,
    /// Where mail goes.
    #[serde(default)]
    pub mail: MailConfig,
    /// Where SMS go, when there is a gateway.
    pub sms: Option<SmsConfig>,
    /// The demonstration's pages (inbox, sample accounts) are served.
    #[serde(default)]
    pub demonstration: bool,
    /// How voters reach the help desk.
    #[serde(default)]
    pub contact: ContactConfig,
    /// Where the source code is published.
    pub source_url: Option<String>,
    /// Who hosts the service, for the legal notice.
    pub host: Option<String>,
    /// The last accessibility audit (TOML; docs/guides/organiser.md), for the accessibility statement.
    pub accessibility: Option<PathBuf>,
    /// How often a network may try.
    #[serde(default)]
    pub limits: LimitsSection,
    /// The waiting room before the sign-in.
    #[serde(default)]
    pub waiting_room: WaitingRoomSection,
    /// FranceConnect, or the provider of identities in its place, when there is one.
    pub franceconnect: Option<FranceConnectConfig>,
    /// Figures for who watches the servers, when they are wanted.
    pub metrics: Option<MetricsConfig>,
}

/// Figures in Prometheus's form, on an address of their own (docs/adr/0026).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// Address that gives the figures at `/metrics`: never the public one.
    pub listen: SocketAddr,
}

/// The address of the figures is the one that everybody reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "metrics.listen is the address of `listen`, which everybody reaches: give the figures a port of their own / metrics.listen est \
     l’adresse de « listen », que tout le monde atteint\u{a0}: donnez aux mesures un port à elles"
)]
pub struct PublicMetrics;

impl MetricsConfig {
    /// Where figures are given, beside a server that listens on `public`.
    ///
    /// # Errors
    /// [`PublicMetrics`].
    pub fn beside(self, public: SocketAddr) -> Result<SocketAddr, PublicMetrics> {
        let here = self.listen;
        // An address that stands for all of them holds the other too.
        let same = here.ip() == public.ip() || here.ip().is_unspecified() || public.ip().is_unspecified();
        // Port 0 is whichever is free.
        if here.port() != 0 && here.port() == public.port() && same {
            return Err(PublicMetrics);
        }
        Ok(here)
    }
}

/// TLS 1.3 by this server itself (docs/adr/0031). Both files are read again when they change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The chain of certificates (PEM), this server's first.
    pub certificate: PathBuf,
    /// Its private key (PEM).
    pub key: PathBuf,
}

impl TlsConfig {
    /// What the two files hold: certificate, key.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`].
    pub fn read(&self) -> Result<[Vec<u8>; 2], ConfigError> {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|source| ConfigError::Unreadable {
                path: path.clone(),
                source,
            })
        };
        Ok([read(&self.certificate)?, read(&self.key)?])
    }

    fn in_folder(self, folder: &Path) -> Self {
        Self {
            certificate: folder.join(self.certificate),
            key: folder.join(self.key),
        }
    }
}

/// The waiting room before the sign-in (docs/adr/0024).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WaitingRoomSection {
    /// How many people of this node may type their password at the same time. Nothing: as many as the measured time of a hash allows, and no room while
    /// nobody has to wait. 0: nobody signs in.
    pub forms: Option<usize>,
}

/// How often a network may try, and which proxies stand before the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    /// Proxies whose `X-Forwarded-For` is believed: addresses or blocks such as `10.1.0.0/16`.
    pub trusted_proxies: Vec<String>,
    /// Multiplies every rate; 0 switches limits off.
    pub factor: u32,
}

impl Default for LimitsSection {
    fn default() -> LimitsSection {
        LimitsSection {
            trusted_proxies: Vec::new(),
            factor: 1,
        }
    }
}

impl LimitsSection {
    /// As the portal wants it.
    ///
    /// # Errors
    /// [`NotABlock`] when a proxy is neither an address nor a block of addresses.
    pub fn parsed(&self) -> Result<LimitsConfig, NotABlock> {
        Ok(LimitsConfig {
            trusted_proxies: self
                .trusted_proxies
                .iter()
                .map(|text| text.parse())
                .collect::<Result<_, _>>()?,
            factor: self.factor,
        })
    }
}

/// FranceConnect, or another provider of identities configured like it. Every path is relative to the file's folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FranceConnectConfig {
    /// Its name, as people know it.
    #[serde(default = "franceconnect")]
    pub name: String,
    /// Page that says what it is.
    pub help_url: Option<String>,
    /// Its identifier, for instance `https://oidc.franceconnect.gouv.fr/api/v2`.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// File that holds the client's secret, so that it stands neither here nor in the environment.
    pub client_secret_file: Option<PathBuf>,
    /// The client's secret, when it comes from the environment.
    pub client_secret: Option<String>,
    /// What is asked for besides `openid`, separated by spaces.
    #[serde(default = "pivot_and_email")]
    pub scopes: String,
    /// Levels of assurance that are enough, the preferred one first, separated by spaces.
    #[serde(default = "eidas1")]
    pub acr_values: String,
    /// How tokens are signed, as registered: `ES256`, `RS256`, or both.
    #[serde(default = "es256")]
    pub algorithms: String,
    /// Whether the user info must be signed. Only for a provider other than FranceConnect may it not be.
    #[serde(default = "yes")]
    pub signed_userinfo: bool,
    /// Names of the claims, where they are not FranceConnect's.
    #[serde(default)]
    pub claims: ClaimNames,
    /// PEM file of a certificate authority of your own.
    pub authority: Option<PathBuf>,
    /// The provider's own button (.svg or .png), which you obtain from it.
    pub button: Option<PathBuf>,
    /// The same under the pointer.
    pub button_hover: Option<PathBuf>,
}

fn franceconnect() -> String {
    "FranceConnect".to_owned()
}

fn pivot_and_email() -> String {
    "identite_pivot email".to_owned()
}

fn eidas1() -> String {
    "eidas1".to_owned()
}

fn es256() -> String {
    "ES256".to_owned()
}

const fn yes() -> bool {
    true
}

impl FranceConnectConfig {
    fn rebase(&mut self, folder: &Path) {
        let files = [
            &mut self.client_secret_file,
            &mut self.authority,
            &mut self.button,
            &mut self.button_hover,
        ];
        for file in files.into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }
}

/// The registrar's configuration (*autorité des codes*).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrarConfig {
    /// Address the registrar listens on.
    pub listen: SocketAddr,
    /// Certificate and key, when TLS ends here and not at a proxy.
    pub tls: Option<TlsConfig>,
    /// Origin of the portal: the only one whose pages may call the registrar.
    pub portal_origin: String,
    /// The registrar's master key (`isoloir key new`): a file, or a file wrapped by a passphrase. `ISOLOIR_REGISTRAR_KEY`, 64 hexadecimal digits,
    /// stands in its place.
    pub key: PathBuf,
    /// Public key of the voting server, which signs tickets.
    pub server_key: PathBuf,
    /// Where the data is: never the voting server's database.
    pub database: DatabaseConfig,
    /// What the notices say besides the code.
    #[serde(default)]
    pub notice: NoticeConfig,
    /// Origin under which browsers and the voting server reach the registrar, without a final slash; codes are reissued only where it is given.
    pub origin: Option<String>,
    /// Where mail goes.
    #[serde(default)]
    pub mail: MailConfig,
    /// Where SMS go, when there is a gateway.
    pub sms: Option<SmsConfig>,
    /// Nothing is sent; an inbox shows the messages.
    #[serde(default)]
    pub demonstration: bool,
    /// How voters reach the help desk.
    #[serde(default)]
    pub contact: ContactConfig,
    /// Where the source code is published.
    pub source_url: Option<String>,
    /// Figures for who watches the servers, when they are wanted.
    pub metrics: Option<MetricsConfig>,
}

/// What the notices say (*notices de vote*, R. 211-553).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeConfig {
    /// Lines of the sender's address, under the organiser's name.
    #[serde(default)]
    pub sender: Vec<String>,
    /// Telephone of the help desk, as printed.
    pub phone: Option<String>,
    /// Its mailbox.
    pub email: Option<String>,
    /// Its hours.
    pub hours: Option<String>,
    /// How the system is secured, or where that is described.
    pub security: Option<String>,
    /// The attestation under the *référentiel général de sécurité*.
    pub rgs: Option<String>,
}

/// The voting server's database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerDatabaseConfig {
    /// `sqlite:FILE` or `postgres://…`.
    pub url: String,
    /// With SQLite: a file on a second disk, or on one of another host, which has every ballot before its voter has a receipt (docs/adr/0029). Its folder is
    /// there already; while it cannot be written nobody votes. Not with PostgreSQL, whose standbys do the same.
    pub copy: Option<PathBuf>,
}

/// A database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:FILE` or `postgres://…`.
    pub url: String,
}

/// How voters reach the help desk (*cellule d'assistance*).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactConfig {
    /// A number without surcharge, as printed.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
}

impl ServerConfig {
    /// Reads the file and applies the environment.
    ///
    /// # Errors
    /// When the file is unreadable or not a valid configuration.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = read::<Self, RegistrarConfig>(path)?;
        let folder = folder_of(path);
        config.key = folder.join(&config.key);
        config.registrar_key = folder.join(&config.registrar_key);
        config.tls = config.tls.map(|tls| tls.in_folder(&folder));
        config.accessibility = config.accessibility.map(|file| folder.join(file));
        config.mail.rebase(&folder);
        if let Some(sms) = &mut config.sms {
            sms.rebase(&folder);
        }
        for key in &mut config.organiser_keys {
            *key = folder.join(&*key);
        }
        config.database.rebase(&folder);
        if let Some(franceconnect) = &mut config.franceconnect {
            franceconnect.rebase(&folder);
        }
        Ok(config)
    }

    /// Reads the accessibility audit, if the configuration names one.
    ///
    /// # Errors
    /// When its file is unreadable or not an audit.
    pub fn accessibility_audit(&self) -> Result<Option<AccessibilityAudit>, ConfigError> {
        let Some(path) = &self.accessibility else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.clone(),
            source,
        })?;
        toml::from_str(&text).map(Some).map_err(|error| ConfigError::Invalid {
            path: path.clone(),
            message: error.to_string(),
        })
    }
}

impl RegistrarConfig {
    /// Reads the file and applies the environment.
    ///
    /// # Errors
    /// When the file is unreadable or not a valid configuration.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = read::<Self, ServerConfig>(path)?;
        let folder = folder_of(path);
        config.key = folder.join(&config.key);
        config.server_key = folder.join(&config.server_key);
        config.tls = config.tls.map(|tls| tls.in_folder(&folder));
        config.mail.rebase(&folder);
        if let Some(sms) = &mut config.sms {
            sms.rebase(&folder);
        }
        config.database.rebase(&folder);
        Ok(config)
    }
}

impl DatabaseConfig {
    /// The SQLite file of a relative URL is relative to the configuration's folder.
    fn rebase(&mut self, folder: &Path) {
        rebase_url(&mut self.url, folder);
    }
}

impl ServerDatabaseConfig {
    fn rebase(&mut self, folder: &Path) {
        rebase_url(&mut self.url, folder);
        self.copy = self.copy.take().map(|file| folder.join(file));
    }
}

/// Why browsers cannot be sent to an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It is none.
    #[error(transparent)]
    Malformed(#[from] NotAnOrigin),
    /// Passwords and codes would be sent to it from other machines for everybody to read.
    #[error(
        "http:// serves on this very machine and in the demonstration only: write https:// / http:// ne sert que sur cette machine même et dans la démonstration\u{a0}: \
         écrivez https://"
    )]
    InClear,
}

/// An origin to which browsers are sent: by `https` alone from other machines, but in the demonstration.
///
/// # Errors
/// [`OriginError`].
pub fn public_origin(text: &str, demonstration: bool) -> Result<Origin, OriginError> {
    let origin: Origin = text.parse()?;
    if origin.is_https() || origin.is_of_this_machine() || demonstration {
        Ok(origin)
    } else {
        Err(OriginError::InClear)
    }
}

fn rebase_url(url: &mut String, folder: &Path) {
    if let Some(file) = url.strip_prefix("sqlite:")
        && !file.starts_with('/')
    {
        *url = format!("sqlite:{}", folder.join(file).display());
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// `Other` is the other server's configuration: what is said for it alone in an environment that both share is none of ours.
fn read<T: DeserializeOwned, Other: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    parse::<T, Other>(&text, path, std::env::vars())
}

fn parse<T: DeserializeOwned, Other: DeserializeOwned>(
    text: &str,
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<T, ConfigError> {
    let invalid = |e: toml::de::Error| ConfigError::Invalid {
        path: path.to_path_buf(),
        message: e.to_string(),
    };
    let overrides = overrides::<T, Other>(environment);
    // Parsed from the text when nothing is overridden, so that errors keep their line numbers.
    if overrides.is_empty() {
        return toml::from_str(text).map_err(invalid);
    }
    let mut table: toml::Table = toml::from_str(text).map_err(invalid)?;
    for one in overrides {
        let variable = one.variable.clone();
        let applied = one.apply(&mut table);
        applied.map_err(|level| ConfigError::Override { variable, level })?;
    }
    environment::read(table).map_err(invalid)
}

/// What the environment says for the configuration `T`, and not for the other server alone.
fn overrides<T: DeserializeOwned, Other: DeserializeOwned>(
    environment: impl Iterator<Item = (String, String)>,
) -> Vec<Override> {
    let (ours, others) = (environment::keys_of::<T>(), environment::keys_of::<Other>());
    let is_ours = |one: &Override| one.is_about(ours) || !one.is_about(others);
    environment.filter_map(Override::read).filter(is_ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
listen = "127.0.0.1:8080"
origin = "http://127.0.0.1:8080"
registrar_origin = "http://127.0.0.1:8081"
key = "server.key"
registrar_key = "registrar.pub"
[database]
url = "sqlite:server.db"
"#;

    fn with(text: &str, environment: &[(&str, &str)]) -> Result<ServerConfig, ConfigError> {
        parse::<ServerConfig, RegistrarConfig>(
            text,
            Path::new("x.toml"),
            environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())),
        )
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let text = TEXT.replace("[database]", "[database]\nulr = \"x\"");
        let error = with(&text, &[]).unwrap_err().to_string();
        assert!(error.contains("ulr") && error.contains("line 8"), "{error}");
    }

    #[test]
    fn browsers_are_sent_to_https_alone_but_on_this_machine_and_in_the_demonstration() {
        for origin in [
            "https://vote.example.fr:8443",
            "http://127.0.0.1:8080",
            "http://localhost",
        ] {
            public_origin(origin, false).unwrap();
        }
        for origin in [
            "http://vote.example.fr",
            "http://127.0.0.1.example.fr",
            "http://10.0.0.5:8080",
        ] {
            assert_eq!(public_origin(origin, false), Err(OriginError::InClear), "{origin}");
            public_origin(origin, true).unwrap();
        }
        let malformed = OriginError::Malformed(NotAnOrigin);
        assert_eq!(public_origin("https://vote.example.fr/", true), Err(malformed));
    }

    #[test]
    fn the_environment_overrides_nested_keys() {
        let config = with(
            TEXT,
            &[
                ("ISOLOIR__DATABASE__URL", "postgres://x"),
                ("ISOLOIR__DEMONSTRATION", "true"),
            ],
        )
        .unwrap();
        assert_eq!(config.database.url, "postgres://x");
        assert!(config.demonstration);
    }

    #[test]
    fn a_text_of_the_environment_is_read_as_what_the_key_asks_for() {
        let config = with(
            TEXT,
            &[
                ("ISOLOIR__LIMITS__FACTOR", "3"),
                ("ISOLOIR__LIMITS__TRUSTED_PROXIES", "10.1.0.0/16, 10.2.0.1"),
                ("ISOLOIR__MAIL__SMTP", "smtp://relais.example.fr:587"),
                ("ISOLOIR__MAIL__PASSWORD", "20261203"),
                ("ISOLOIR__MAIL__CONNECTIONS", "4"),
                ("ISOLOIR__MAIL__PACE__PER_MINUTE", "60"),
                ("ISOLOIR__FRANCECONNECT__ISSUER", "https://fc.example"),
                ("ISOLOIR__FRANCECONNECT__CLIENT_ID", "123"),
                ("ISOLOIR__FRANCECONNECT__SIGNED_USERINFO", "false"),
            ],
        )
        .unwrap();
        assert_eq!(config.limits.factor, 3);
        assert_eq!(config.limits.trusted_proxies, ["10.1.0.0/16", "10.2.0.1"]);
        assert_eq!(config.mail.password.as_deref(), Some("20261203"));
        assert_eq!(
            (config.mail.connections, config.mail.pace.unwrap().per_minute),
            (Some(4), Some(60))
        );
        let franceconnect = config.franceconnect.unwrap();
        assert_eq!(
            (franceconnect.client_id.as_str(), franceconnect.signed_userinfo),
            ("123", false)
        );
        assert!(with(TEXT, &[("ISOLOIR__LIMITS__FACTOR", "many")]).is_err());
    }

    #[test]
    fn one_environment_serves_both_servers() {
        let registrar = "listen = \"127.0.0.1:8081\"\nportal_origin = \"http://127.0.0.1:8080\"\nkey = \"registrar.key\"\n\
                         server_key = \"server.pub\"\n[database]\nurl = \"sqlite:registrar.db\"\n";
        let read = |environment: &[(&str, &str)]| {
            let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            parse::<RegistrarConfig, ServerConfig>(registrar, Path::new("x.toml"), environment)
        };
        let config = read(&[
            ("ISOLOIR__FRANCECONNECT__CLIENT_SECRET", "for the voting server"),
            ("ISOLOIR__LIMITS__FACTOR", "0"),
            ("ISOLOIR__HOST", "Valbrune"),
            ("ISOLOIR__ORIGIN", "https://codes.example.fr"),
            ("ISOLOIR__NOTICE__SENDER", "Bureau des élections,4 quai des Docks"),
            ("ISOLOIR__SMS__KANNEL", "http://127.0.0.1:13013"),
            ("ISOLOIR__SMS__USER", "isoloir"),
            ("ISOLOIR__SMS__PASSWORD", "0012"),
            ("ISOLOIR__SMS__SENDER", "36000"),
        ])
        .unwrap();
        assert_eq!(config.origin.as_deref(), Some("https://codes.example.fr"));
        assert_eq!(config.notice.sender, ["Bureau des élections", "4 quai des Docks"]);
        let sms = config.sms.unwrap();
        assert_eq!((sms.password.as_deref(), sms.sender.as_str()), (Some("0012"), "36000"));
        assert!(read(&[("ISOLOIR__HOTS", "x")]).is_err(), "nobody's key");
        assert!(read(&[("ISOLOIR__NOTICE__PHOEN", "x")]).is_err());
    }

    #[test]
    fn an_unknown_key_from_the_environment_is_refused_too() {
        assert!(with(TEXT, &[("ISOLOIR__DATABASE__ULR", "x")]).is_err());
        assert!(matches!(
            with(TEXT, &[("ISOLOIR__LISTEN__PORT", "1")]),
            Err(ConfigError::Override { .. })
        ));
    }

    #[test]
    fn relative_paths_are_relative_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("isoloir.toml");
        std::fs::write(&path, TEXT).unwrap();
        let config = ServerConfig::read(&path).unwrap();
        assert_eq!(config.key, folder.path().join("server.key"));
        assert_eq!(
            config.database.url,
            format!("sqlite:{}", folder.path().join("server.db").display())
        );
    }
}
