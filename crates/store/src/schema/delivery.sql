-- Where the notice that carries a voter's code goes: to a place that hands it over, or by post. A place's code is empty when there is none.
CREATE TABLE delivery (
  voter TEXT NOT NULL PRIMARY KEY REFERENCES voter (id),
  place TEXT NOT NULL,
  place_name TEXT NOT NULL,
  -- Lines under the name, one per line.
  address TEXT NOT NULL
);
