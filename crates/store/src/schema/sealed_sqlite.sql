-- What is set up does not change: rolls and lists are those that the box was made for, and that the board seals.
CREATE TRIGGER roll_entry_sealed_insert BEFORE INSERT ON roll_entry WHEN (SELECT sealed FROM election WHERE id = NEW.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER roll_entry_sealed_update BEFORE UPDATE ON roll_entry WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER roll_entry_sealed_delete BEFORE DELETE ON roll_entry WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidate_list_sealed_insert BEFORE INSERT ON candidate_list WHEN (SELECT sealed FROM election WHERE id = NEW.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidate_list_sealed_update BEFORE UPDATE ON candidate_list WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidate_list_sealed_delete BEFORE DELETE ON candidate_list WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidate_sealed_insert BEFORE INSERT ON candidate WHEN (SELECT sealed FROM election WHERE id = NEW.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidate_sealed_update BEFORE UPDATE ON candidate WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
CREATE TRIGGER candidate_sealed_delete BEFORE DELETE ON candidate WHEN (SELECT sealed FROM election WHERE id = OLD.election)
BEGIN SELECT RAISE(ABORT, 'the election is sealed'); END;
