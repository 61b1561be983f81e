-- Who a voter is to FranceConnect: keyed digests of the identity at birth, one for each way to read the first given name. Never the identity.
CREATE TABLE voter_identity (
  mark BYTEA NOT NULL,
  voter TEXT NOT NULL REFERENCES voter (id),
  PRIMARY KEY (mark, voter)
);
CREATE INDEX voter_identity_by_voter ON voter_identity (voter);

-- Visits to FranceConnect under way. The state and the browser's cookie are kept as SHA-256; nonce and verifier are sealed.
CREATE TABLE identity_visit (
  state BYTEA NOT NULL PRIMARY KEY,
  browser BYTEA NOT NULL,
  purpose TEXT NOT NULL,
  -- Whose session it began in; nobody's for a forgotten password.
  session TEXT,
  secrets BYTEA NOT NULL,
  language TEXT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX identity_visit_by_expiry ON identity_visit (expires);

-- How a visit ended, for the page that the browser is led to afterwards: a code, never who came back.
CREATE TABLE identity_outcome (
  browser BYTEA NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  outcome TEXT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX identity_outcome_by_expiry ON identity_outcome (expires);
