CREATE TRIGGER judgment_keeps_update BEFORE UPDATE ON judgment BEGIN SELECT RAISE(ABORT, 'append-only table judgment'); END;
CREATE TRIGGER judgment_keeps_delete BEFORE DELETE ON judgment BEGIN SELECT RAISE(ABORT, 'append-only table judgment'); END;
