-- Election boards, as the organiser composed them, with how many records each has.
CREATE TABLE board (
  key TEXT NOT NULL PRIMARY KEY,
  consultation TEXT NOT NULL REFERENCES consultation (id),
  position BIGINT NOT NULL,
  -- JSON of title, elections, people.
  composition TEXT NOT NULL,
  records BIGINT NOT NULL
);

-- What boards did, one record after the other. Never changed.
CREATE TABLE board_record (
  board TEXT NOT NULL REFERENCES board (key),
  seq BIGINT NOT NULL,
  -- What there is once: a message of one member at one step, a signature of one place.
  slot TEXT NOT NULL,
  seat TEXT,
  deed TEXT NOT NULL,
  body TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (board, seq),
  UNIQUE (board, slot)
);
