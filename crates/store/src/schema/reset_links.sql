-- Links of forgotten passwords. A newer one does not void those before it: anybody may ask for one, and would void what the voter has just
-- received. Links asked for before are void: they are good for an hour.
DROP TABLE password_reset;
CREATE TABLE password_reset (
  hash BYTEA NOT NULL PRIMARY KEY,
  voter TEXT NOT NULL REFERENCES voter (id),
  asked BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX password_reset_by_voter ON password_reset (voter);
