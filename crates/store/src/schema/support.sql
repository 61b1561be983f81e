-- Requests to the help desk. One without voter comes from a person who is not signed in.
CREATE TABLE ticket (
  year BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- SHA-256 of the form's token: the same form sent twice is one request.
  form BYTEA NOT NULL UNIQUE,
  -- SHA-256 of the secret link of a person who is not signed in. The link itself follows from the form and from the server's key.
  follow BYTEA UNIQUE,
  voter TEXT REFERENCES voter (id),
  name TEXT NOT NULL,
  contact TEXT NOT NULL,
  number TEXT NOT NULL,
  language TEXT NOT NULL,
  topic TEXT NOT NULL,
  status TEXT NOT NULL,
  opened BIGINT NOT NULL,
  updated BIGINT NOT NULL,
  agent TEXT,
  PRIMARY KEY (year, rank)
);
CREATE INDEX ticket_by_voter ON ticket (voter);
CREATE INDEX ticket_by_status ON ticket (status, updated);
CREATE INDEX ticket_by_contact ON ticket (contact);

CREATE TABLE ticket_counter (
  year BIGINT NOT NULL PRIMARY KEY,
  latest BIGINT NOT NULL
);

CREATE TABLE ticket_message (
  year BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  position BIGINT NOT NULL,
  -- SHA-256 of the form's token: the same form sent twice is one message.
  form BYTEA NOT NULL UNIQUE,
  author TEXT NOT NULL,
  agent TEXT,
  body TEXT NOT NULL,
  written BIGINT NOT NULL,
  PRIMARY KEY (year, rank, position),
  FOREIGN KEY (year, rank) REFERENCES ticket (year, rank)
);
