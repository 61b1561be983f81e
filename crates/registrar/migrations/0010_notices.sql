-- Notices: the letters that carry codes. A place hands them over; `code` is empty for those that are posted.
CREATE TABLE notice_place (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- When the handing over ended.
    closed_at BIGINT
);

-- The notices of one file. `digest`: SHA-256 of the file, once it is whole; a batch without one has no file that counts.
CREATE TABLE notice_batch (
    id BIGINT NOT NULL PRIMARY KEY,
    place TEXT NOT NULL,
    file TEXT NOT NULL,
    -- Number of its first notice, and how many follow one another from there.
    first BIGINT NOT NULL,
    size BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    digest TEXT
);

-- `generation` is that of the code it carries: void once the voter's code has another. `name`: sealed. `page`: in its file, from 1.
CREATE TABLE notice (
    number BIGINT NOT NULL PRIMARY KEY,
    voter BYTEA NOT NULL,
    generation BIGINT NOT NULL,
    place TEXT NOT NULL,
    batch BIGINT NOT NULL REFERENCES notice_batch (id),
    page BIGINT NOT NULL,
    name BYTEA NOT NULL,
    -- made, handed, posted, undelivered or destroyed.
    status TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX notice_of_voter ON notice (voter, generation);
CREATE INDEX notice_at_place ON notice (place, status, number);

-- What was done with notices: appended to, never changed. `number` is 0 where an event is about a place or a file.
CREATE TABLE notice_event (
    at BIGINT NOT NULL,
    place TEXT NOT NULL,
    number BIGINT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX notice_event_at_place ON notice_event (place, event, at);
