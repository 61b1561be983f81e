-- Codes of activation letters, for voters without a mailbox. Only a SHA-256 over staff number and code is kept.
CREATE TABLE activation_code (
  hash BYTEA NOT NULL PRIMARY KEY,
  voter TEXT NOT NULL UNIQUE REFERENCES voter (id),
  expires BIGINT NOT NULL
);

-- Links of forgotten passwords, one per voter at most.
CREATE TABLE password_reset (
  voter TEXT NOT NULL PRIMARY KEY REFERENCES voter (id),
  hash BYTEA NOT NULL UNIQUE,
  asked BIGINT NOT NULL,
  expires BIGINT NOT NULL
);

-- Sign-ins, for their voter to read: when, to the minute, and from which kind of browser. Never from where.
CREATE TABLE connection (
  id TEXT NOT NULL PRIMARY KEY,
  voter TEXT NOT NULL REFERENCES voter (id),
  at_minute BIGINT NOT NULL,
  browser TEXT NOT NULL
);
CREATE INDEX connection_by_voter ON connection (voter, at_minute);
