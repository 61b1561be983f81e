-- Complaints about the roll. One without voter comes from a person who is on no roll.
CREATE TABLE complaint (
  year BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- SHA-256 of the form's token: the same form sent twice is one complaint, and the token is the follow-up link of a person without account.
  token BYTEA NOT NULL UNIQUE,
  voter TEXT REFERENCES voter (id),
  last_name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  number TEXT NOT NULL,
  contact TEXT NOT NULL,
  object TEXT NOT NULL,
  election TEXT REFERENCES election (id),
  other_person TEXT NOT NULL,
  body TEXT NOT NULL,
  filed BIGINT NOT NULL,
  due BIGINT NOT NULL,
  status TEXT NOT NULL,
  decided BIGINT,
  decided_by TEXT NOT NULL,
  reasons TEXT NOT NULL,
  effect TEXT NOT NULL,
  PRIMARY KEY (year, rank)
);
CREATE INDEX complaint_by_voter ON complaint (voter);
CREATE INDEX complaint_by_status ON complaint (status, due);

CREATE TABLE complaint_counter (
  year BIGINT NOT NULL PRIMARY KEY,
  latest BIGINT NOT NULL
);

-- Attachments, encrypted under a key that is not in the database.
CREATE TABLE complaint_file (
  year BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  position BIGINT NOT NULL,
  -- Filed by the person, or added by the organiser while deciding.
  origin TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (year, rank, position),
  FOREIGN KEY (year, rank) REFERENCES complaint (year, rank)
);
