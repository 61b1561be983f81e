CREATE TRIGGER board_record_keeps_update BEFORE UPDATE ON board_record BEGIN SELECT RAISE(ABORT, 'append-only table board_record'); END;
CREATE TRIGGER board_record_keeps_delete BEFORE DELETE ON board_record BEGIN SELECT RAISE(ABORT, 'append-only table board_record'); END;
