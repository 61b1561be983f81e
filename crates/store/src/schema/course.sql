-- What a board decided of one election's course: suspended or not, another closing. None for most.
CREATE TABLE election_course (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  suspended BOOLEAN NOT NULL,
  closes BIGINT,
  grace BIGINT
);
