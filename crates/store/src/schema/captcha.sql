-- Captchas that were answered, right or wrong, until they would have expired: none is answered twice. Those that nobody answers leave no trace.
CREATE TABLE captcha_spent (
  nonce BYTEA NOT NULL PRIMARY KEY,
  expires BIGINT NOT NULL
);
CREATE INDEX captcha_spent_by_expiry ON captcha_spent (expires);

-- Codes by which the help desk lets a person past a captcha: keyed digests, one use each.
CREATE TABLE captcha_bypass (
  digest BYTEA NOT NULL PRIMARY KEY,
  expires BIGINT NOT NULL
);
