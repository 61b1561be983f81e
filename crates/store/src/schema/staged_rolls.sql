-- How often the rolls have moved: what was staged before the last move is refused.
CREATE TABLE roll_state (
  id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);
INSERT INTO roll_state (id, version) VALUES (1, 0);

-- Roll files read and checked, until somebody approves and applies them.
CREATE TABLE staged_roll (
  id TEXT NOT NULL PRIMARY KEY,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- `complete`: the file is the whole roll of the elections that it names; `supplement`: it adds and corrects.
  mode TEXT NOT NULL,
  -- `staged`, `approved`, `applied`, `abandoned`.
  status TEXT NOT NULL,
  file TEXT NOT NULL,
  -- The version of the rolls that it was compared with.
  base BIGINT NOT NULL,
  -- JSON: elections by the index that the parts use.
  elections TEXT NOT NULL,
  -- JSON: figures of the report.
  report TEXT NOT NULL,
  staged BIGINT NOT NULL,
  staged_by TEXT NOT NULL,
  approved BIGINT,
  approved_by TEXT NOT NULL,
  applied BIGINT,
  applied_by TEXT NOT NULL
);

-- What it would change, and what was put aside: sealed, and wiped, once it is applied or abandoned, when another file is staged.
CREATE TABLE staged_part (
  stage TEXT NOT NULL REFERENCES staged_roll (id),
  kind TEXT NOT NULL,
  seq BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (stage, kind, seq)
);

-- The history of the entries, once a roll has been imported: who came, left or was corrected, by which decision.
CREATE TABLE roll_change (
  -- A staged file, a complaint, or a judgment.
  source TEXT NOT NULL,
  position BIGINT NOT NULL,
  voter TEXT NOT NULL REFERENCES voter (id),
  election TEXT REFERENCES election (id),
  -- `joined`, `left`, `renamed`, `mail`.
  what TEXT NOT NULL,
  -- The name or mailbox before.
  before TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (source, position)
);
CREATE INDEX roll_change_by_voter ON roll_change (voter, at);

-- By how much an approved file moved the roll of an election.
CREATE TABLE roll_move (
  stage TEXT NOT NULL REFERENCES staged_roll (id),
  election TEXT NOT NULL REFERENCES election (id),
  before BIGINT NOT NULL,
  joined BIGINT NOT NULL,
  gone BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (stage, election)
);
CREATE INDEX roll_move_by_election ON roll_move (election, at);
