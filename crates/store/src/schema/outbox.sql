-- Messages to send after the commit that asked for them. Whom and what is sealed under a key that is not here, and forgotten once known to
-- have left. Instants are whole minutes, except those that only serve to try again.
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,
  -- Keyed hash of what caused the message: the same cause queues one.
  cause BYTEA NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- Whom it concerns; nobody when the message would say that this person has voted.
  voter TEXT REFERENCES voter (id),
  -- Domain of the mail address, or region of the telephone number.
  operator TEXT NOT NULL,
  letter BYTEA,
  queued BIGINT NOT NULL,
  due BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  -- A worker has it until then.
  lease BIGINT NOT NULL,
  status TEXT NOT NULL,
  -- Class of the latest error, without address or text.
  error TEXT,
  -- The gateway's own identifier.
  gateway TEXT,
  settled BIGINT
);
CREATE INDEX outbox_due ON outbox (status, due);
CREATE INDEX outbox_expiry ON outbox (status, expires);
CREATE INDEX outbox_by_voter ON outbox (voter);
