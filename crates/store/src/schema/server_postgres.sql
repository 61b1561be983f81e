CREATE TABLE poll_book (
  election TEXT NOT NULL,
  voter TEXT NOT NULL,
  marked_minute BIGINT NOT NULL,
  PRIMARY KEY (election, voter),
  FOREIGN KEY (election, voter) REFERENCES roll_entry (election, voter)
);
INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

-- R. 211-569: the poll book changes only by adding a mark.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON poll_book FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON poll_book FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
