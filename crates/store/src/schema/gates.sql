-- Gates of a roll that somebody decided to pass, with the name and the reason. The key holds the figures: another roll is another decision.
CREATE TABLE gate_waiver (
  consultation TEXT NOT NULL REFERENCES consultation (id),
  gate TEXT NOT NULL,
  waived_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (consultation, gate)
);
