-- What agents had sent for a voter, to hold the daily limit.
CREATE TABLE support_sending (
  voter TEXT NOT NULL REFERENCES voter (id),
  sent BIGINT NOT NULL,
  agent TEXT NOT NULL REFERENCES staff (id)
);
CREATE INDEX support_sending_by_voter ON support_sending (voter, sent);

-- Changes of address, which take two people: nobody approves what they proposed, whatever the programme does.
CREATE TABLE address_change (
  id TEXT NOT NULL PRIMARY KEY,
  voter TEXT NOT NULL REFERENCES voter (id),
  -- Empty for a voter who had none.
  old_address TEXT NOT NULL,
  new_address TEXT NOT NULL,
  reason TEXT NOT NULL,
  proposed BIGINT NOT NULL,
  proposed_by TEXT NOT NULL REFERENCES staff (id),
  expires BIGINT NOT NULL,
  status TEXT NOT NULL,
  decided BIGINT,
  decided_by TEXT REFERENCES staff (id),
  CHECK (status IN ('pending', 'approved', 'refused', 'expired')),
  CHECK (status <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> proposed_by))
);
-- One at a time for each voter.
CREATE UNIQUE INDEX address_change_pending ON address_change (voter) WHERE status = 'pending';
CREATE INDEX address_change_by_status ON address_change (status, proposed);
