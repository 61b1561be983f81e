-- The reissue of voting codes. Times are seconds since 1970; what is sealed opens under the registrar's key alone.

-- The consultation, as the voting server handed it over. `reissue`: the rules, as JSON.
CREATE TABLE consultation (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    title TEXT NOT NULL,
    organiser TEXT NOT NULL,
    opens BIGINT NOT NULL,
    closes BIGINT NOT NULL,
    reissue TEXT NOT NULL
);

-- What is known of a voter. `mailbox`: the address that identifies the account, sealed.
CREATE TABLE voter (
    voter BYTEA NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    language TEXT,
    mailbox BYTEA
);
CREATE INDEX voter_number ON voter (number);

-- NUMEN, digits of the social-security number: keyed hashes, never the identifier.
CREATE TABLE identifier (
    voter BYTEA NOT NULL,
    kind TEXT NOT NULL,
    mark BYTEA NOT NULL,
    PRIMARY KEY (voter, kind)
);

-- Where a voter stands: codes made online, wrong identifiers since the last right one, all wrong ones, and until when to wait.
CREATE TABLE standing (
    voter BYTEA NOT NULL PRIMARY KEY,
    made BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

-- Paths that a voter contested: they stay closed for this voter.
CREATE TABLE blocked_path (
    voter BYTEA NOT NULL,
    path TEXT NOT NULL,
    blocked_at BIGINT NOT NULL,
    PRIMARY KEY (voter, path)
);

-- Orders of the voting server serve once; forgotten when their time is over anyway.
CREATE TABLE taken_order (
    id BYTEA NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);

-- One-use links. `token_hash` finds one; `token`, sealed, lets the same link be sent again, and is wiped when the link is no longer pending.
CREATE TABLE link (
    id BYTEA NOT NULL PRIMARY KEY,
    voter BYTEA NOT NULL,
    path TEXT NOT NULL,
    factors TEXT NOT NULL,
    token_hash BYTEA NOT NULL UNIQUE,
    token BYTEA,
    state TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    settled BIGINT,
    sendings BIGINT NOT NULL,
    message TEXT NOT NULL
);
CREATE UNIQUE INDEX one_pending_link ON link (voter) WHERE state = 'pending';

-- One-use links by which a voter contests a code that somebody else had made.
CREATE TABLE contest (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    voter BYTEA NOT NULL,
    path TEXT NOT NULL,
    generation BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT
);

-- Messages to send. `letter`: destination and text, sealed, wiped when nothing more is to be learned of the message.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    voter BYTEA NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    operator TEXT NOT NULL,
    letter BYTEA,
    queued BIGINT NOT NULL,
    due BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    settled BIGINT
);
CREATE INDEX outbox_due ON outbox (due) WHERE status = 'queued';
CREATE INDEX outbox_letter ON outbox (expires) WHERE letter IS NOT NULL;

-- What was done, chained by hashes (hexadecimal) as the voting server's journal is.
CREATE TABLE journal (
    seq BIGINT NOT NULL PRIMARY KEY,
    entry TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE TABLE journal_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- Wrong voting codes, all voters together: their own counters are forgotten with each new code.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL
);
INSERT INTO counter (name, count) VALUES ('wrong_codes', 0);

-- Keys that stay the same when the master key changes, sealed under it.
CREATE TABLE kept_key (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);
