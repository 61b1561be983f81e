-- Judgments that order a person onto a roll or off it: what was ordered, what followed, who signed.
CREATE TABLE judgment (
  id TEXT NOT NULL PRIMARY KEY,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  election TEXT NOT NULL REFERENCES election (id),
  number TEXT NOT NULL,
  last_name TEXT NOT NULL,
  first_name TEXT NOT NULL,
  -- `join` or `leave`.
  ordered TEXT NOT NULL,
  court TEXT NOT NULL,
  dated TEXT NOT NULL,
  reference TEXT NOT NULL,
  -- `roll`: the roll was changed; `paper`: sealed already, the person votes on paper; `recorded`: nothing else follows.
  effect TEXT NOT NULL,
  -- JSON: names and functions.
  signed TEXT NOT NULL,
  recorded BIGINT NOT NULL,
  recorded_by TEXT NOT NULL,
  UNIQUE (election, number, reference)
);
