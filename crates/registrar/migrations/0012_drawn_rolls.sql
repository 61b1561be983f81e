-- The roll that an election's credentials are drawn for: how many voters, and a keyed digest of who they are and with what weight, in any order (none
-- for credentials drawn before this table was). `complete`: all were drawn, and none ever will be again.
CREATE TABLE drawn_roll (
    election TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    digest BYTEA,
    complete BIGINT NOT NULL
);
INSERT INTO drawn_roll (election, size, digest, complete) SELECT election, COUNT(*), NULL, 1 FROM credential GROUP BY election;
