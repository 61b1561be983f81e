-- Without rowid: the table keeps no order of arrival that could be laid beside the order of the box.
CREATE TABLE poll_book (
  election TEXT NOT NULL,
  voter TEXT NOT NULL,
  marked_minute BIGINT NOT NULL,
  PRIMARY KEY (election, voter),
  FOREIGN KEY (election, voter) REFERENCES roll_entry (election, voter)
) WITHOUT ROWID;
INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

-- R. 211-569: the poll book changes only by adding a mark.
CREATE TRIGGER poll_book_keeps_update BEFORE UPDATE ON poll_book BEGIN SELECT RAISE(ABORT, 'append-only table poll_book'); END;
CREATE TRIGGER poll_book_keeps_delete BEFORE DELETE ON poll_book BEGIN SELECT RAISE(ABORT, 'append-only table poll_book'); END;
CREATE TRIGGER journal_keeps_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'append-only table journal'); END;
CREATE TRIGGER journal_keeps_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'append-only table journal'); END;
