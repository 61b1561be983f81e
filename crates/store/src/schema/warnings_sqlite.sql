CREATE TRIGGER deadline_warning_keeps_update BEFORE UPDATE ON deadline_warning BEGIN SELECT RAISE(ABORT, 'append-only table deadline_warning'); END;
CREATE TRIGGER deadline_warning_keeps_delete BEFORE DELETE ON deadline_warning BEGIN SELECT RAISE(ABORT, 'append-only table deadline_warning'); END;
