-- The sidecar of an archive (docs/protocol/sidecar.md), in the pages in which it was computed. Anybody can compute it from the box: it is kept to
-- save work, and nothing depends on it.
CREATE TABLE box_sidecar (
  election TEXT NOT NULL REFERENCES box_setup (election),
  page BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (election, page)
);
