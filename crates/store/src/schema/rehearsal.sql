-- Consultations that are twins of a board's elections, played before the seal: no list of consultations names them.
CREATE TABLE rehearsal (
  consultation TEXT NOT NULL PRIMARY KEY,
  board TEXT NOT NULL REFERENCES board (key)
);
