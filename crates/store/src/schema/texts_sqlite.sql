CREATE TRIGGER text_version_keeps_update BEFORE UPDATE ON text_version BEGIN SELECT RAISE(ABORT, 'append-only table text_version'); END;
CREATE TRIGGER text_version_keeps_delete BEFORE DELETE ON text_version BEGIN SELECT RAISE(ABORT, 'append-only table text_version'); END;
