CREATE TRIGGER gate_waiver_keeps_update BEFORE UPDATE ON gate_waiver BEGIN SELECT RAISE(ABORT, 'append-only table gate_waiver'); END;
CREATE TRIGGER gate_waiver_keeps_delete BEFORE DELETE ON gate_waiver BEGIN SELECT RAISE(ABORT, 'append-only table gate_waiver'); END;
CREATE TRIGGER roll_change_keeps_update BEFORE UPDATE ON roll_change BEGIN SELECT RAISE(ABORT, 'append-only table roll_change'); END;
CREATE TRIGGER roll_change_keeps_delete BEFORE DELETE ON roll_change BEGIN SELECT RAISE(ABORT, 'append-only table roll_change'); END;
CREATE TRIGGER roll_move_keeps_update BEFORE UPDATE ON roll_move BEGIN SELECT RAISE(ABORT, 'append-only table roll_move'); END;
CREATE TRIGGER roll_move_keeps_delete BEFORE DELETE ON roll_move BEGIN SELECT RAISE(ABORT, 'append-only table roll_move'); END;
