-- Staff of the organiser. A person without password or second factor cannot sign in: the invitation gives both at once.
CREATE TABLE staff (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  roles TEXT NOT NULL,
  consultation TEXT REFERENCES consultation (id),
  disabled BOOLEAN NOT NULL,
  password TEXT,
  -- Sealed under a key that the database does not have.
  second_factor BYTEA,
  -- The latest step of the second factor that was used: none serves twice.
  used_step BIGINT NOT NULL,
  last_sign_in BIGINT
);

-- One-use invitations. Only the SHA-256 of the token is kept; the second factor to enrol is sealed.
CREATE TABLE staff_link (
  hash BYTEA NOT NULL PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  second_factor BYTEA NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX staff_link_by_staff ON staff_link (staff);

-- Only the SHA-256 of the cookie's token is kept.
CREATE TABLE staff_session (
  hash BYTEA NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  staff TEXT NOT NULL REFERENCES staff (id),
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  previous_sign_in BIGINT
);
CREATE INDEX staff_session_by_staff ON staff_session (staff);
