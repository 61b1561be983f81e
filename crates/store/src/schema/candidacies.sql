-- Whose lists a delegate files: one union, all elections or those named by their keys.
CREATE TABLE union_delegate (
  staff TEXT NOT NULL PRIMARY KEY REFERENCES staff (id),
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- The sigle in normal form, by which unions are compared.
  union_key TEXT NOT NULL,
  union_name TEXT NOT NULL,
  acronym TEXT NOT NULL,
  -- JSON of the elections' keys; none for all.
  elections TEXT NOT NULL
);
CREATE INDEX union_delegate_by_union ON union_delegate (consultation, union_key);

CREATE TABLE candidacy (
  id TEXT NOT NULL PRIMARY KEY,
  election TEXT NOT NULL REFERENCES election (id),
  union_key TEXT NOT NULL,
  state TEXT NOT NULL,
  -- Grows with every change: whoever changes an older one is told.
  revision BIGINT NOT NULL,
  -- JSON of the list.
  list TEXT NOT NULL,
  -- Its number and when it was filed last, once it was.
  year BIGINT,
  rank BIGINT,
  filed BIGINT,
  -- JSON of the ranks that the organiser asks to correct, and why it was asked for or refused.
  asked TEXT NOT NULL,
  reasons TEXT NOT NULL,
  UNIQUE (year, rank)
);
-- One list for each union in an election.
CREATE UNIQUE INDEX candidacy_of_union ON candidacy (election, union_key) WHERE state IN ('draft', 'filed', 'asked', 'accepted');

CREATE TABLE candidacy_counter (
  year BIGINT NOT NULL PRIMARY KEY,
  latest BIGINT NOT NULL
);

-- Logo, manifesto, and the declaration of each candidate by staff number; encrypted under a key that is not in the database.
CREATE TABLE candidacy_file (
  candidacy TEXT NOT NULL REFERENCES candidacy (id),
  election TEXT NOT NULL,
  piece TEXT NOT NULL,
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  pages BIGINT NOT NULL,
  size BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (candidacy, piece, number)
);

-- What was filed and decided, step by step: the list as it was then.
CREATE TABLE candidacy_step (
  candidacy TEXT NOT NULL REFERENCES candidacy (id),
  revision BIGINT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  list TEXT NOT NULL,
  digest TEXT NOT NULL,
  reasons TEXT NOT NULL,
  PRIMARY KEY (candidacy, revision)
);

-- The lot of the display order: the secret, sealed, whose digest is published first; then the record of the draw.
CREATE TABLE order_secret (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  commitment TEXT NOT NULL,
  secret BYTEA NOT NULL,
  committed BIGINT NOT NULL
);
CREATE TABLE order_draw (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  record TEXT NOT NULL,
  drawn BIGINT NOT NULL
);
