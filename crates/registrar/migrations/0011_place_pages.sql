-- The page of a delivery place: what its papers say, and its one-use link.
ALTER TABLE notice_place ADD COLUMN organiser TEXT NOT NULL DEFAULT '';
ALTER TABLE notice_place ADD COLUMN consultation TEXT NOT NULL DEFAULT '';
-- Hash of the token of the link that opens the page, until it is opened, and until when it may be.
ALTER TABLE notice_place ADD COLUMN link BYTEA;
ALTER TABLE notice_place ADD COLUMN link_expires BIGINT NOT NULL DEFAULT 0;

-- Sessions of the places' pages, by the hash of their cookie.
CREATE TABLE place_session (
    token BYTEA NOT NULL PRIMARY KEY,
    place TEXT NOT NULL,
    expires BIGINT NOT NULL
);
