-- R. 211-569: the box changes only by adding a ballot.
CREATE TRIGGER ballot_keeps_update BEFORE UPDATE ON ballot BEGIN SELECT RAISE(ABORT, 'append-only table ballot'); END;
CREATE TRIGGER ballot_keeps_delete BEFORE DELETE ON ballot BEGIN SELECT RAISE(ABORT, 'append-only table ballot'); END;
CREATE TRIGGER box_setup_keeps_update BEFORE UPDATE ON box_setup BEGIN SELECT RAISE(ABORT, 'append-only table box_setup'); END;
CREATE TRIGGER box_setup_keeps_delete BEFORE DELETE ON box_setup BEGIN SELECT RAISE(ABORT, 'append-only table box_setup'); END;
CREATE TRIGGER tally_record_keeps_update BEFORE UPDATE ON tally_record BEGIN SELECT RAISE(ABORT, 'append-only table tally_record'); END;
CREATE TRIGGER tally_record_keeps_delete BEFORE DELETE ON tally_record BEGIN SELECT RAISE(ABORT, 'append-only table tally_record'); END;
CREATE TRIGGER box_head_only_grows BEFORE UPDATE ON box_head WHEN NEW.height < OLD.height OR (OLD.ended AND NOT NEW.ended)
BEGIN SELECT RAISE(ABORT, 'the head of a box only grows'); END;
CREATE TRIGGER box_head_keeps_delete BEFORE DELETE ON box_head BEGIN SELECT RAISE(ABORT, 'the head of a box only grows'); END;
-- R. 211-572: nothing enters a frozen box.
CREATE TRIGGER ballot_not_when_ended BEFORE INSERT ON ballot
WHEN (SELECT ended FROM box_head WHERE election = NEW.election)
BEGIN SELECT RAISE(ABORT, 'the box is frozen'); END;
