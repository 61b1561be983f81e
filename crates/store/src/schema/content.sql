-- What the organiser publishes: texts, questions, logos and manifestos; and where each roll comes from.
CREATE TABLE content_text (
  consultation TEXT NOT NULL REFERENCES consultation (id),
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (consultation, name, language)
);

-- JSON of the questions and answers, in display order.
CREATE TABLE content_faq (
  consultation TEXT NOT NULL PRIMARY KEY REFERENCES consultation (id),
  entries TEXT NOT NULL
);

-- Published files, by SHA-256: what several lists share is stored once.
CREATE TABLE public_file (
  digest BYTEA NOT NULL PRIMARY KEY,
  media_type TEXT NOT NULL,
  bytes BYTEA NOT NULL
);

CREATE TABLE list_file (
  election TEXT NOT NULL,
  list BIGINT NOT NULL,
  role TEXT NOT NULL,
  digest BYTEA NOT NULL REFERENCES public_file (digest),
  size BIGINT NOT NULL,
  pages BIGINT NOT NULL,
  PRIMARY KEY (election, list, role),
  FOREIGN KEY (election, list) REFERENCES candidate_list (election, position)
);

-- The latest import of each roll. The count is kept so that no page has to count a million rows.
CREATE TABLE roll_import (
  election TEXT NOT NULL PRIMARY KEY REFERENCES election (id),
  registered BIGINT NOT NULL,
  imported BIGINT NOT NULL,
  file TEXT NOT NULL
);
