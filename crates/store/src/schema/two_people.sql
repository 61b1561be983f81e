-- The only elections that a member of the staff works on, with commas; empty for no limit.
ALTER TABLE staff ADD COLUMN elections TEXT NOT NULL DEFAULT '';

-- Acts that take two people: one proposed, another confirmed. The proposer is nobody of the staff when a program of the operator proposed.
CREATE TABLE critical_act (
  id TEXT NOT NULL PRIMARY KEY,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  kind TEXT NOT NULL,
  -- What it is about: a gate, a staged file, a complaint; empty for the calendar.
  about TEXT NOT NULL,
  -- JSON.
  act TEXT NOT NULL,
  proposed BIGINT NOT NULL,
  proposed_by TEXT REFERENCES staff (id),
  proposer TEXT NOT NULL,
  expires BIGINT NOT NULL,
  -- `pending`, `confirmed`, `refused`, `expired`.
  status TEXT NOT NULL,
  decided BIGINT,
  decided_by TEXT REFERENCES staff (id),
  CHECK (status IN ('pending', 'confirmed', 'refused', 'expired')),
  CHECK (status <> 'confirmed' OR (decided_by IS NOT NULL AND (proposed_by IS NULL OR decided_by <> proposed_by)))
);
-- One at a time of the same.
CREATE UNIQUE INDEX critical_act_pending ON critical_act (consultation, kind, about) WHERE status = 'pending';
CREATE INDEX critical_act_by_consultation ON critical_act (consultation, proposed);
