//! What every key means, in French and in English. That each key has its words, and no word is about a key that is gone, is tested in `explain`.

/// Key, French, English.
pub(super) type Words = (&'static str, &'static str, &'static str);

/// What is the same for both servers.
pub(super) const BOTH: &[Words] = &[
    ("database", "Où sont les données.", "Where the data is."),
    (
        "database.url",
        "«\u{a0}sqlite:FICHIER\u{a0}» ou «\u{a0}postgres://…\u{a0}». Le mot de passe vient de l’environnement.",
        "`sqlite:FILE` or `postgres://…`. The password comes from the environment.",
    ),
    (
        "tls",
        "TLS 1.3 par le serveur lui-même, sans répartiteur devant lui.",
        "TLS 1.3 by the server itself, without a proxy before it.",
    ),
    (
        "tls.certificate",
        "Chaîne de certificats (PEM), celui de ce serveur d’abord\u{a0}; relue quand le fichier change.",
        "Chain of certificates (PEM), this server’s first; read again when the file changes.",
    ),
    (
        "tls.key",
        "Clé privée de ce certificat (PEM).",
        "Private key of that certificate (PEM).",
    ),
    (
        "mail",
        "Où part le courrier\u{202f}; rien quand «\u{a0}demonstration\u{a0}» est vrai.",
        "Where mail goes; nothing when `demonstration` is true.",
    ),
    (
        "mail.smtp",
        "Relais, «\u{a0}smtp://hôte:port\u{a0}», «\u{a0}smtp://hôte:port?tls=required\u{a0}» ou «\u{a0}smtps://…\u{a0}».",
        "Relay: `smtp://host:port`, `smtp://host:port?tls=required` or `smtps://…`.",
    ),
    (
        "mail.from",
        "Adresse de l’expéditeur\u{202f}; le nom de l’organisateur la précède quand elle n’en a pas.",
        "Sender’s address; the organiser’s name is put before it when it has none.",
    ),
    ("mail.user", "Identifiant auprès du relais.", "Name at the relay."),
    (
        "mail.password_file",
        "Fichier qui contient le mot de passe, pour qu’il ne soit ni ici ni dans l’environnement.",
        "File that holds the password, so that it stands neither here nor in the environment.",
    ),
    (
        "mail.password",
        "Mot de passe, quand il vient de l’environnement.",
        "Password, when it comes from the environment.",
    ),
    (
        "mail.authority",
        "Autorité de certification qui vous est propre (PEM).",
        "A certificate authority of your own (PEM).",
    ),
    ("mail.reply_to", "Où vont les réponses.", "Where answers go."),
    (
        "mail.return_path",
        "Où reviennent les messages non distribués\u{202f}; l’identifiant du message suit un «\u{a0}+\u{a0}».",
        "Where bounces go; the message’s identifier is put after a `+`.",
    ),
    (
        "mail.connections",
        "Connexions au relais en même temps.",
        "Connections to the relay at the same time.",
    ),
    ("mail.dkim", "Signe chaque courriel.", "Signs every mail."),
    (
        "mail.dkim.domain",
        "Domaine de l’adresse de l’expéditeur.",
        "Domain of the sender’s address.",
    ),
    (
        "mail.dkim.selector",
        "La clé publique est publiée à SÉLECTEUR._domainkey.DOMAINE.",
        "The public key stands at SELECTOR._domainkey.DOMAIN.",
    ),
    ("mail.dkim.key", "Clé RSA en PEM (PKCS#1).", "RSA key in PEM (PKCS#1)."),
    (
        "mail.pace",
        "Limites de tout opérateur qui n’en a pas à lui.",
        "Limits of every operator that has none of its own.",
    ),
    (
        "mail.pace.at_once",
        "Messages en même temps.",
        "Messages at the same time.",
    ),
    (
        "mail.pace.per_minute",
        "Messages par minute, depuis chaque serveur.",
        "Messages in a minute, from each server.",
    ),
    (
        "mail.operators.NAME",
        "Limites d’un opérateur\u{a0}: domaine de courriel en minuscules, ou zone comme «\u{a0}+33 6\u{a0}».",
        "Limits of one operator: mail domain in lower case, or region such as `+33 6`.",
    ),
    (
        "mail.operators.NAME.at_once",
        "Messages en même temps.",
        "Messages at the same time.",
    ),
    (
        "mail.operators.NAME.per_minute",
        "Messages par minute, depuis chaque serveur.",
        "Messages in a minute, from each server.",
    ),
    (
        "sms",
        "Où partent les SMS, quand il y a une passerelle (Kannel).",
        "Where SMS go, when there is a gateway (Kannel).",
    ),
    (
        "sms.kannel",
        "Adresse d’envoi de Kannel, par exemple http://127.0.0.1:13013/cgi-bin/sendsms.",
        "Kannel’s send address, for instance http://127.0.0.1:13013/cgi-bin/sendsms.",
    ),
    ("sms.user", "«\u{a0}username\u{a0}» de Kannel.", "Kannel’s `username`."),
    (
        "sms.password_file",
        "Fichier qui contient le «\u{a0}password\u{a0}» de Kannel.",
        "File that holds Kannel’s `password`.",
    ),
    (
        "sms.password",
        "Mot de passe, quand il vient de l’environnement.",
        "Password, when it comes from the environment.",
    ),
    (
        "sms.sender",
        "Ce que les téléphones affichent\u{a0}: au plus 11 lettres, chiffres ou espaces.",
        "What telephones show: at most 11 letters, digits or spaces.",
    ),
    (
        "sms.report_origin",
        "Origine par laquelle la passerelle rend compte\u{202f}; l’origine publique sinon.",
        "Origin under which the gateway reports; the public one otherwise.",
    ),
    (
        "contact",
        "Comment joindre la cellule d’assistance.",
        "How voters reach the help desk.",
    ),
    (
        "contact.phone",
        "Numéro sans surcoût, tel qu’il est affiché.",
        "A number without surcharge, as printed.",
    ),
    ("contact.email", "Adresse électronique.", "An e-mail address."),
    (
        "source_url",
        "Où le code source est publié.",
        "Where the source code is published.",
    ),
    (
        "metrics",
        "Mesures pour qui surveille les serveurs\u{202f}; sans cette section, aucune.",
        "Figures for who watches the servers; without this section there are none.",
    ),
    (
        "metrics.listen",
        "Adresse qui donne les mesures à /metrics (format de Prometheus)\u{202f}; jamais celle que tout le monde atteint.",
        "Address that gives the figures at /metrics (Prometheus’s form); never the one that everybody reaches.",
    ),
];

/// What is said of the voting server alone.
pub(super) const SERVER: &[Words] = &[
    (
        "database.copy",
        "Avec SQLite\u{a0}: fichier d’un second disque qui a chaque bulletin avant que sa preuve de vote soit donnée. Tant qu’il ne s’écrit pas, personne ne vote.",
        "With SQLite: a file on a second disk that has each ballot before its receipt is given. While it cannot be written nobody votes.",
    ),
    (
        "listen",
        "Adresse où le portail est servi\u{a0}: en HTTP, ou par TLS avec [tls].",
        "Address the portal listens on: HTTP, or TLS with [tls].",
    ),
    (
        "origin",
        "Origine sous laquelle les navigateurs voient le portail, sans barre finale\u{a0}: en https, ou en http sur cette machine même.",
        "Origin under which browsers see the portal, without a final slash: https, or http on this very machine.",
    ),
    (
        "registrar_origin",
        "Origine sous laquelle les navigateurs voient l’autorité des codes, sans barre finale\u{a0}: en https, ou en http sur cette machine même.",
        "Origin under which browsers see the registrar, without a final slash: https, or http on this very machine.",
    ),
    (
        "registrar_url",
        "Origine sous laquelle ce serveur joint l’autorité des codes, quand c’en est une autre.",
        "Origin under which this server reaches the registrar, when it is another.",
    ),
    (
        "key",
        "Clé privée des récépissés, des jetons et des têtes de chaîne («\u{a0}isoloir key new\u{a0}»).",
        "Private key of receipts, tickets and chain heads (`isoloir key new`).",
    ),
    (
        "registrar_key",
        "Clé publique de l’autorité des codes, qui signe les admissions.",
        "Public key of the registrar, which signs admissions.",
    ),
    (
        "organiser_keys",
        "Clés publiques de l’organisateur. S’il y en a, un dossier n’est appliqué que si l’une d’elles l’a signé.",
        "Public keys of the organiser. When there are any, a folder is applied only if one of them signed it.",
    ),
    (
        "demonstration",
        "Les pages de la démonstration sont servies, et rien n’est envoyé.",
        "The demonstration’s pages are served, and nothing is sent.",
    ),
    (
        "host",
        "Qui héberge le service, pour les mentions légales.",
        "Who hosts the service, for the legal notice.",
    ),
    (
        "accessibility",
        "Dernier audit d’accessibilité (TOML, docs/guides/organiser.md), pour la déclaration.",
        "The last accessibility audit (TOML, docs/guides/organiser.md), for the statement.",
    ),
    (
        "limits",
        "Combien d’essais un réseau peut faire, et quels mandataires sont devant le serveur.",
        "How often a network may try, and which proxies stand before the server.",
    ),
    (
        "limits.trusted_proxies",
        "Mandataires dont on croit «\u{a0}X-Forwarded-For\u{a0}»\u{a0}: adresses ou blocs comme 10.1.0.0/16.",
        "Proxies whose `X-Forwarded-For` is believed: addresses or blocks such as 10.1.0.0/16.",
    ),
    (
        "limits.factor",
        "Multiplie toutes les limites\u{202f}; 0 les supprime.",
        "Multiplies every rate; 0 switches limits off.",
    ),
    (
        "waiting_room",
        "La salle d’attente avant la connexion.",
        "The waiting room before the sign-in.",
    ),
    (
        "waiting_room.forms",
        "Personnes de ce nœud qui saisissent leur mot de passe en même temps. Rien\u{a0}: autant que le temps mesuré d’un hachage le permet. 0\u{a0}: \
         personne ne se connecte.",
        "People of this node who type their password at the same time. Nothing: as many as the measured time of a hash allows. 0: nobody \
         signs in.",
    ),
    (
        "franceconnect",
        "FranceConnect, ou un autre fournisseur d’identité.",
        "FranceConnect, or another provider of identities.",
    ),
    (
        "franceconnect.name",
        "Son nom, tel qu’on le connaît.",
        "Its name, as people know it.",
    ),
    (
        "franceconnect.help_url",
        "Page qui dit ce que c’est.",
        "Page that says what it is.",
    ),
    (
        "franceconnect.issuer",
        "Son identifiant, par exemple https://oidc.franceconnect.gouv.fr/api/v2.",
        "Its identifier, for instance https://oidc.franceconnect.gouv.fr/api/v2.",
    ),
    (
        "franceconnect.client_id",
        "Qui nous sommes pour lui.",
        "Who we are to it.",
    ),
    (
        "franceconnect.client_secret_file",
        "Fichier qui contient notre secret, pour qu’il ne soit ni ici ni dans l’environnement.",
        "File that holds our secret, so that it stands neither here nor in the environment.",
    ),
    (
        "franceconnect.client_secret",
        "Notre secret, quand il vient de l’environnement.",
        "Our secret, when it comes from the environment.",
    ),
    (
        "franceconnect.scopes",
        "Ce qui est demandé en plus de «\u{a0}openid\u{a0}», séparé par des espaces.",
        "What is asked for besides `openid`, separated by spaces.",
    ),
    (
        "franceconnect.acr_values",
        "Niveaux de garantie suffisants, le préféré d’abord, séparés par des espaces.",
        "Levels of assurance that are enough, the preferred one first, separated by spaces.",
    ),
    (
        "franceconnect.algorithms",
        "Comment les jetons sont signés\u{a0}: «\u{a0}ES256\u{a0}», «\u{a0}RS256\u{a0}», ou les deux.",
        "How tokens are signed: `ES256`, `RS256`, or both.",
    ),
    (
        "franceconnect.signed_userinfo",
        "Si les informations de l’usager doivent être signées\u{202f}; seul un autre fournisseur peut s’en dispenser.",
        "Whether the user info must be signed. Only for a provider other than FranceConnect may it not be.",
    ),
    (
        "franceconnect.claims",
        "Noms des données, là où ce ne sont pas ceux de FranceConnect.",
        "Names of the claims, where they are not FranceConnect’s.",
    ),
    (
        "franceconnect.claims.birth_name",
        "Nom de naissance.",
        "Family name at birth.",
    ),
    (
        "franceconnect.claims.given_names",
        "Tous les prénoms en un texte.",
        "All given names in one text.",
    ),
    (
        "franceconnect.claims.given_name_list",
        "Les mêmes en liste, le premier prénom entier d’abord.",
        "The same as a list, the first given name, whole, first.",
    ),
    (
        "franceconnect.claims.sex",
        "«\u{a0}male\u{a0}» ou «\u{a0}female\u{a0}».",
        "`male` or `female`.",
    ),
    ("franceconnect.claims.birth_date", "AAAA-MM-JJ.", "YYYY-MM-DD."),
    (
        "franceconnect.claims.birthplace",
        "Code officiel de la commune de naissance.",
        "Official code of the municipality of birth.",
    ),
    (
        "franceconnect.claims.birth_country",
        "Code officiel du pays de naissance.",
        "Official code of the country of birth.",
    ),
    ("franceconnect.claims.email", "Adresse électronique.", "Mail address."),
    (
        "franceconnect.authority",
        "Autorité de certification qui vous est propre (PEM).",
        "A certificate authority of your own (PEM).",
    ),
    (
        "franceconnect.button",
        "Bouton du fournisseur (.svg ou .png), que vous obtenez de lui.",
        "The provider’s own button (.svg or .png), which you obtain from it.",
    ),
    (
        "franceconnect.button_hover",
        "Le même sous le pointeur.",
        "The same under the pointer.",
    ),
];

/// What is said of the registrar alone.
pub(super) const REGISTRAR: &[Words] = &[
    (
        "listen",
        "Adresse où l’autorité des codes est servie\u{a0}: en HTTP, ou par TLS avec [tls].",
        "Address the registrar listens on: HTTP, or TLS with [tls].",
    ),
    (
        "portal_origin",
        "Origine du portail\u{a0}: seules ses pages peuvent appeler l’autorité des codes.",
        "Origin of the portal: the only one whose pages may call the registrar.",
    ),
    (
        "key",
        "Clé maîtresse («\u{a0}isoloir key new\u{a0}»)\u{a0}: un fichier, enveloppé ou non par une phrase de passe. ISOLOIR_REGISTRAR_KEY, 64 chiffres \
         hexadécimaux, en tient lieu.",
        "The master key (`isoloir key new`): a file, wrapped by a passphrase or not. ISOLOIR_REGISTRAR_KEY, 64 hexadecimal digits, stands in \
         its place.",
    ),
    (
        "server_key",
        "Clé publique du serveur de vote, qui signe les jetons.",
        "Public key of the voting server, which signs tickets.",
    ),
    (
        "origin",
        "Origine sous laquelle navigateurs et serveur de vote joignent l’autorité des codes\u{202f}; sans elle, aucun réassort.",
        "Origin under which browsers and the voting server reach the registrar; codes are reissued only where it is given.",
    ),
    (
        "demonstration",
        "Rien n’est envoyé\u{202f}; une boîte de réception montre les messages.",
        "Nothing is sent; an inbox shows the messages.",
    ),
    (
        "notice",
        "Ce que disent les notices en plus du code (R. 211-553).",
        "What the notices say besides the code (R. 211-553).",
    ),
    (
        "notice.sender",
        "Lignes de l’adresse de l’expéditeur, sous le nom de l’organisateur.",
        "Lines of the sender’s address, under the organiser’s name.",
    ),
    (
        "notice.phone",
        "Téléphone de la cellule d’assistance, tel qu’imprimé.",
        "Telephone of the help desk, as printed.",
    ),
    ("notice.email", "Son adresse électronique.", "Its mailbox."),
    ("notice.hours", "Ses horaires.", "Its hours."),
    (
        "notice.security",
        "Comment le système est sécurisé, ou où c’est décrit.",
        "How the system is secured, or where that is described.",
    ),
    (
        "notice.rgs",
        "L’attestation au titre du référentiel général de sécurité.",
        "The attestation under the *référentiel général de sécurité*.",
    ),
];

/// What an absent key stands for, as it would be written: of those whose absence is not a value of its own, tested against what is read.
pub(super) const DEFAULTS: &[(&str, &str)] = &[
    ("organiser_keys", "[]"),
    ("demonstration", "false"),
    ("mail.connections", "16"),
    ("mail.pace.at_once", "16"),
    ("mail.operators.NAME.at_once", "16"),
    ("limits.trusted_proxies", "[]"),
    ("limits.factor", "1"),
    ("franceconnect.name", "\"FranceConnect\""),
    ("franceconnect.scopes", "\"identite_pivot email\""),
    ("franceconnect.acr_values", "\"eidas1\""),
    ("franceconnect.algorithms", "\"ES256\""),
    ("franceconnect.signed_userinfo", "true"),
    ("franceconnect.claims.birth_name", "\"family_name\""),
    ("franceconnect.claims.given_names", "\"given_name\""),
    ("franceconnect.claims.given_name_list", "\"given_name_array\""),
    ("franceconnect.claims.sex", "\"gender\""),
    ("franceconnect.claims.birth_date", "\"birthdate\""),
    ("franceconnect.claims.birthplace", "\"birthplace\""),
    ("franceconnect.claims.birth_country", "\"birthcountry\""),
    ("franceconnect.claims.email", "\"email\""),
    ("notice.sender", "[]"),
];

/// Whose value is shown to nobody.
pub(super) const SECRETS: &[&str] = &["mail.password", "sms.password", "franceconnect.client_secret"];
