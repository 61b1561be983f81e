-- JSON of what the election's text says of its count.
ALTER TABLE election ADD COLUMN count_rules TEXT NOT NULL DEFAULT '{}';

-- Date of birth as 1971-03-09, where equal averages go to the elder.
ALTER TABLE candidate ADD COLUMN born TEXT;

-- The drawing of lots that settled the last seats of an election, as the board recorded it (JSON). Never changed.
CREATE TABLE seat_draw (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  record TEXT NOT NULL,
  recorded BIGINT NOT NULL
);
