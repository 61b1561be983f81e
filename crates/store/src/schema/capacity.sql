-- Certificates of capacity: what a deployment was measured to hold, signed.
CREATE TABLE capacity_certificate (
  consultation TEXT NOT NULL REFERENCES consultation (id),
  recorded BIGINT NOT NULL,
  -- JSON, with its signature.
  certificate TEXT NOT NULL,
  PRIMARY KEY (consultation, recorded)
);
