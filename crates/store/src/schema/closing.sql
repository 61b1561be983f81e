-- What was frozen at the end of the grace (R. 211-572): one statement for each election, whose digest is in the journal.
CREATE TABLE closing_seal (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  statement TEXT NOT NULL,
  at BIGINT NOT NULL
);

-- The audit of an archive, passed before its result entered the box. Only one that passed is here.
CREATE TABLE verification (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  head BYTEA NOT NULL,
  archive BYTEA NOT NULL,
  size BIGINT NOT NULL,
  checks BIGINT NOT NULL,
  at BIGINT NOT NULL
);
