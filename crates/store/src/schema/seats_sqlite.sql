CREATE TRIGGER seat_draw_keeps_update BEFORE UPDATE ON seat_draw BEGIN SELECT RAISE(ABORT, 'append-only table seat_draw'); END;
CREATE TRIGGER seat_draw_keeps_delete BEFORE DELETE ON seat_draw BEGIN SELECT RAISE(ABORT, 'append-only table seat_draw'); END;
