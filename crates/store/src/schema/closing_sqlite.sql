CREATE TRIGGER closing_seal_keeps_update BEFORE UPDATE ON closing_seal BEGIN SELECT RAISE(ABORT, 'append-only table closing_seal'); END;
CREATE TRIGGER closing_seal_keeps_delete BEFORE DELETE ON closing_seal BEGIN SELECT RAISE(ABORT, 'append-only table closing_seal'); END;
CREATE TRIGGER verification_keeps_update BEFORE UPDATE ON verification BEGIN SELECT RAISE(ABORT, 'append-only table verification'); END;
CREATE TRIGGER verification_keeps_delete BEFORE DELETE ON verification BEGIN SELECT RAISE(ABORT, 'append-only table verification'); END;
