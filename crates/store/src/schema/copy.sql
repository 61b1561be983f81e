-- Beside the ballot box: what the copy keeps of the voters' file. Two compartments here too: no key in common.

-- Without rowid, as in the server's own file: no order of arrival.
CREATE TABLE poll_book (
  election TEXT NOT NULL,
  voter TEXT NOT NULL,
  marked_minute BIGINT NOT NULL,
  PRIMARY KEY (election, voter)
) WITHOUT ROWID;

CREATE TABLE journal (
  seq BIGINT NOT NULL PRIMARY KEY,
  entry TEXT NOT NULL,
  hash BYTEA NOT NULL
);

CREATE TABLE closing_seal (
  election TEXT NOT NULL PRIMARY KEY,
  statement TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE verification (
  election TEXT NOT NULL PRIMARY KEY,
  head BYTEA NOT NULL,
  archive BYTEA NOT NULL,
  size BIGINT NOT NULL,
  checks BIGINT NOT NULL,
  at BIGINT NOT NULL
);

-- Whose copy this is: the public key of the server's receipts, in hexadecimal. `rounds` grows at every round of copying, so that each of them
-- writes, and a disk that takes nothing any more is known before the next ballot.
CREATE TABLE copied (
  id BIGINT NOT NULL PRIMARY KEY,
  server TEXT NOT NULL,
  rounds BIGINT NOT NULL
);

CREATE TRIGGER poll_book_keeps_update BEFORE UPDATE ON poll_book BEGIN SELECT RAISE(ABORT, 'append-only table poll_book'); END;
CREATE TRIGGER poll_book_keeps_delete BEFORE DELETE ON poll_book BEGIN SELECT RAISE(ABORT, 'append-only table poll_book'); END;
CREATE TRIGGER journal_keeps_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'append-only table journal'); END;
CREATE TRIGGER journal_keeps_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'append-only table journal'); END;
CREATE TRIGGER closing_seal_keeps_update BEFORE UPDATE ON closing_seal BEGIN SELECT RAISE(ABORT, 'append-only table closing_seal'); END;
CREATE TRIGGER closing_seal_keeps_delete BEFORE DELETE ON closing_seal BEGIN SELECT RAISE(ABORT, 'append-only table closing_seal'); END;
CREATE TRIGGER verification_keeps_update BEFORE UPDATE ON verification BEGIN SELECT RAISE(ABORT, 'append-only table verification'); END;
CREATE TRIGGER verification_keeps_delete BEFORE DELETE ON verification BEGIN SELECT RAISE(ABORT, 'append-only table verification'); END;
