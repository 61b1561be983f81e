-- One file for both engines: SQLite takes BYTEA and BIGINT as they are.
-- Voters are the 16 bytes of their UUID; times are seconds since 1970.

-- One credential per voter and election, drawn once. `sealed`: the secret under the registrar's own key.
CREATE TABLE credential (
    voter BYTEA NOT NULL,
    election TEXT NOT NULL,
    public TEXT NOT NULL,
    weight BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (voter, election),
    UNIQUE (election, public)
);

-- The one valid voting code of a voter. `verifier`: keyed hash of the authenticator; the code itself is nowhere.
CREATE TABLE code (
    voter BYTEA NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL,
    verifier BYTEA NOT NULL,
    issued_at BIGINT NOT NULL
);

-- What became of earlier codes, without anything that could check one.
CREATE TABLE voided_code (
    voter BYTEA NOT NULL,
    generation BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    voided_at BIGINT NOT NULL,
    PRIMARY KEY (voter, generation)
);

-- The credential wrapped under the valid code; replaced when the code is.
CREATE TABLE wrapped_credential (
    voter BYTEA NOT NULL,
    election TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (voter, election),
    FOREIGN KEY (voter, election) REFERENCES credential (voter, election)
);

-- Attempts at unlocking, of any voter who knocks, with a code or without. `attempts`: all since the last success;
-- `failures`: those that were compared and wrong.
CREATE TABLE attempt (
    voter BYTEA NOT NULL PRIMARY KEY,
    attempts BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
