-- What the journal was at the end of a day (Paris), signed by the voting server.
CREATE TABLE journal_day (
    day TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL
);
