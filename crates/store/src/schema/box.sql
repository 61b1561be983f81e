-- Compartment of the ballot box (R. 211-512): no voter, no clock time, no foreign key to the other compartment.
CREATE TABLE box_setup (
  election TEXT NOT NULL PRIMARY KEY,
  archive_timestamp BIGINT NOT NULL,
  setup BYTEA NOT NULL,
  election_json BYTEA NOT NULL,
  trustees BYTEA NOT NULL,
  credentials BYTEA NOT NULL,
  event BYTEA NOT NULL
);

-- Apart from the setup, so that moving the head never rewrites the long list of credentials.
CREATE TABLE box_head (
  election TEXT NOT NULL PRIMARY KEY REFERENCES box_setup (election),
  height BIGINT NOT NULL,
  event BYTEA NOT NULL,
  ended BOOLEAN NOT NULL
);

CREATE TABLE ballot (
  election TEXT NOT NULL REFERENCES box_setup (election),
  height BIGINT NOT NULL,
  tracker TEXT NOT NULL,
  credential TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  event BYTEA NOT NULL,
  PRIMARY KEY (election, height),
  UNIQUE (election, tracker),
  UNIQUE (election, credential)
);

-- Events after the ballots. `payload` is what the event points at; `data` what the payload points at in turn.
CREATE TABLE tally_record (
  election TEXT NOT NULL REFERENCES box_setup (election),
  height BIGINT NOT NULL,
  kind TEXT NOT NULL,
  owner BIGINT NOT NULL,
  payload BYTEA,
  data BYTEA,
  event BYTEA NOT NULL,
  PRIMARY KEY (election, height),
  UNIQUE (election, kind, owner)
);
