-- What was filed, decided and drawn stays; of a sealed election nothing changes.
CREATE TRIGGER candidacy_step_keeps_update BEFORE UPDATE ON candidacy_step BEGIN SELECT RAISE(ABORT, 'append-only table candidacy_step'); END;
CREATE TRIGGER candidacy_step_keeps_delete BEFORE DELETE ON candidacy_step BEGIN SELECT RAISE(ABORT, 'append-only table candidacy_step'); END;
CREATE TRIGGER order_secret_keeps_update BEFORE UPDATE ON order_secret BEGIN SELECT RAISE(ABORT, 'append-only table order_secret'); END;
CREATE TRIGGER order_secret_keeps_delete BEFORE DELETE ON order_secret BEGIN SELECT RAISE(ABORT, 'append-only table order_secret'); END;
CREATE TRIGGER order_draw_keeps_update BEFORE UPDATE ON order_draw BEGIN SELECT RAISE(ABORT, 'append-only table order_draw'); END;
CREATE TRIGGER order_draw_keeps_delete BEFORE DELETE ON order_draw BEGIN SELECT RAISE(ABORT, 'append-only table order_draw'); END;
CREATE TRIGGER candidacy_sealed_insert BEFORE INSERT ON candidacy WHEN (SELECT sealed FROM election WHERE id = NEW.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidacy_sealed_update BEFORE UPDATE ON candidacy WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidacy_sealed_delete BEFORE DELETE ON candidacy WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidacy_file_sealed_insert BEFORE INSERT ON candidacy_file WHEN (SELECT sealed FROM election WHERE id = NEW.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidacy_file_sealed_update BEFORE UPDATE ON candidacy_file WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidacy_file_sealed_delete BEFORE DELETE ON candidacy_file WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
