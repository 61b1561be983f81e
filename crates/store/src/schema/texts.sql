-- Every version of every text of the organiser. The latest is in force; one without a body took the text off line.
CREATE TABLE text_version (
  consultation TEXT NOT NULL REFERENCES consultation (id),
  -- As files of the folder are named: `edito`, `faq`.
  name TEXT NOT NULL,
  -- `fr`, `en`; empty for the questions and answers, which hold both.
  language TEXT NOT NULL,
  number BIGINT NOT NULL,
  -- Markdown; JSON of the questions and answers.
  body TEXT,
  -- A PDF beside the text.
  attachment BYTEA REFERENCES public_file (digest),
  attachment_size BIGINT,
  attachment_pages BIGINT,
  -- In milliseconds since 1970; nothing for what was on line before versions were kept.
  since BIGINT,
  -- `folder DIGEST`, `written`, `again NUMBER`, `earlier`.
  source TEXT NOT NULL,
  made_by TEXT NOT NULL,
  PRIMARY KEY (consultation, name, language, number)
);

INSERT INTO text_version (consultation, name, language, number, body, source, made_by)
  SELECT consultation, name, language, 1, body, 'earlier', '' FROM content_text;
INSERT INTO text_version (consultation, name, language, number, body, source, made_by)
  SELECT consultation, 'faq', '', 1, entries, 'earlier', '' FROM content_faq;
DROP TABLE content_text;
DROP TABLE content_faq;
