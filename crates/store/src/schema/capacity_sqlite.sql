CREATE TRIGGER capacity_certificate_keeps_update BEFORE UPDATE ON capacity_certificate BEGIN SELECT RAISE(ABORT, 'append-only table capacity_certificate'); END;
CREATE TRIGGER capacity_certificate_keeps_delete BEFORE DELETE ON capacity_certificate BEGIN SELECT RAISE(ABORT, 'append-only table capacity_certificate'); END;
