-- Compartment of the voters' file (R. 211-512): who may vote, who has, accounts and sessions. Instants are milliseconds since 1970.
CREATE TABLE consultation (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  organiser TEXT NOT NULL,
  profile TEXT NOT NULL,
  crypto_group TEXT NOT NULL,
  opens BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  grace BIGINT NOT NULL,
  live_box BOOLEAN NOT NULL,
  -- JSON of the organiser's decisions about the portal.
  policy TEXT NOT NULL
);

CREATE TABLE election (
  id TEXT NOT NULL PRIMARY KEY,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  seats BIGINT NOT NULL,
  position BIGINT NOT NULL,
  sealed BOOLEAN NOT NULL,
  UNIQUE (consultation, key),
  UNIQUE (consultation, position)
);

CREATE TABLE candidate_list (
  election TEXT NOT NULL REFERENCES election (id),
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  acronym TEXT NOT NULL,
  PRIMARY KEY (election, position)
);

CREATE TABLE candidate (
  election TEXT NOT NULL,
  list BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  last_name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  sex TEXT NOT NULL,
  PRIMARY KEY (election, list, rank),
  FOREIGN KEY (election, list) REFERENCES candidate_list (election, position)
);

CREATE TABLE voter (
  id TEXT NOT NULL PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  last_name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  -- In lower case. Those who have none are written to on paper.
  email TEXT UNIQUE,
  -- `fr` or `en`, once the voter has chosen.
  language TEXT,
  -- Family name, then given name, in normal form: bytes sort alike on every engine.
  name_key BYTEA NOT NULL
);
CREATE INDEX voter_by_name ON voter (name_key);

CREATE TABLE roll_entry (
  election TEXT NOT NULL REFERENCES election (id),
  voter TEXT NOT NULL REFERENCES voter (id),
  -- Name in normal form, then eight bytes that tell homonyms apart: bytes sort alike on every engine.
  sort_key BYTEA NOT NULL,
  PRIMARY KEY (election, voter)
);
CREATE INDEX roll_entry_by_voter ON roll_entry (voter);
CREATE UNIQUE INDEX roll_entry_by_name ON roll_entry (election, sort_key);

CREATE TABLE account (
  voter TEXT NOT NULL PRIMARY KEY REFERENCES voter (id),
  password TEXT NOT NULL,
  activated BIGINT NOT NULL,
  last_sign_in BIGINT,
  -- The challenge question as it was chosen, in both languages, and the hash of the secret answer.
  question_fr TEXT,
  question_en TEXT,
  answer TEXT,
  -- Since when nobody may sign in.
  suspended BIGINT
);

-- One-use links. Only the SHA-256 of the token is kept.
CREATE TABLE activation (
  hash BYTEA NOT NULL PRIMARY KEY,
  voter TEXT NOT NULL REFERENCES voter (id),
  expires BIGINT NOT NULL,
  -- Hash of the password chosen in the first step; it becomes the account's in the last.
  password TEXT
);
CREATE INDEX activation_by_voter ON activation (voter);

-- Only the SHA-256 of the cookie's token is kept.
CREATE TABLE session (
  hash BYTEA NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  voter TEXT NOT NULL REFERENCES voter (id),
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  -- Milliseconds without use after which it is over, and before an end at which the voter is warned.
  idle BIGINT NOT NULL,
  warning BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  previous_sign_in BIGINT
);
CREATE INDEX session_by_voter ON session (voter);

-- Failed attempts by SHA-256 of what was tried: the identifier typed at sign-in, whether it is known or not, or another secret's.
CREATE TABLE sign_in_failure (
  address BYTEA NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  latest BIGINT NOT NULL
);

-- Entries name a voter or a tracker, never both. Each hash covers the one before.
CREATE TABLE journal (
  seq BIGINT NOT NULL PRIMARY KEY,
  entry TEXT NOT NULL,
  hash BYTEA NOT NULL
);

CREATE TABLE journal_head (
  id BIGINT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
