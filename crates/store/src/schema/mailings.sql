-- Mailings to the voters of chosen rolls. What one says holds nothing personal; whom it went to is in the outbox alone, sealed there and wiped.
CREATE TABLE mailing (
  id TEXT NOT NULL PRIMARY KEY,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- `activation`, `reminder`, `opening`, `closing`. There is no audience by turnout.
  kind TEXT NOT NULL,
  -- JSON: subjects and texts as they were typed.
  words TEXT NOT NULL,
  per_minute BIGINT NOT NULL,
  -- `draft`, `started`, `paused`, `stopped`, `done`.
  status TEXT NOT NULL,
  created BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  -- Nothing is queued before.
  starts BIGINT,
  started BIGINT,
  started_by TEXT NOT NULL,
  ended BIGINT,
  -- The last voter, in order of identifiers, for whom a message was queued, and how many there are so far.
  reached TEXT NOT NULL,
  queued BIGINT NOT NULL,
  -- The next messages are queued from then on.
  next_at BIGINT NOT NULL
);
CREATE INDEX mailing_by_status ON mailing (status, next_at);

-- The rolls whose voters it goes to. An election that is removed has no voter any more.
CREATE TABLE mailing_roll (
  mailing TEXT NOT NULL REFERENCES mailing (id),
  election TEXT NOT NULL,
  PRIMARY KEY (mailing, election)
);

-- Which mailing a message is part of: its figures are counted from the ledger.
ALTER TABLE outbox ADD COLUMN mailing TEXT REFERENCES mailing (id);
CREATE INDEX outbox_by_mailing ON outbox (mailing, status) WHERE mailing IS NOT NULL;
