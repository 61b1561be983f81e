-- Tokens of the API. Only the SHA-256 of the secret is kept; a token that is revoked or too old stays, for whoever reads the journal.
CREATE TABLE api_token (
  id TEXT NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  consultation TEXT REFERENCES consultation (id),
  -- In whose place it acts; nobody's when the operator made it.
  owner TEXT REFERENCES staff (id),
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  last_used BIGINT,
  revoked BIGINT
);
