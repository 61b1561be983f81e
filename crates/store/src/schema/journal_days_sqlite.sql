CREATE TRIGGER journal_day_keeps_update BEFORE UPDATE ON journal_day BEGIN SELECT RAISE(ABORT, 'append-only table journal_day'); END;
CREATE TRIGGER journal_day_keeps_delete BEFORE DELETE ON journal_day BEGIN SELECT RAISE(ABORT, 'append-only table journal_day'); END;
