-- R. 211-569: the box changes only by adding a ballot. R. 211-572: nothing enters a frozen box.
CREATE FUNCTION box.refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END $$;
CREATE FUNCTION box.refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.height < OLD.height OR (OLD.ended AND NOT NEW.ended) THEN RAISE EXCEPTION 'the head of a box only grows'; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION box.refuse_when_ended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF (SELECT ended FROM box.box_head WHERE election = NEW.election) THEN RAISE EXCEPTION 'the box is frozen'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ballot FOR EACH ROW EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON ballot FOR EACH STATEMENT EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON box_setup FOR EACH ROW EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON box_setup FOR EACH STATEMENT EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON tally_record FOR EACH ROW EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON tally_record FOR EACH STATEMENT EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE ON box_head FOR EACH ROW EXECUTE FUNCTION box.refuse_shrinking();
CREATE TRIGGER keeps_all BEFORE DELETE ON box_head FOR EACH ROW EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER keeps_all_rows BEFORE TRUNCATE ON box_head FOR EACH STATEMENT EXECUTE FUNCTION box.refuse_change();
CREATE TRIGGER not_when_ended BEFORE INSERT ON ballot FOR EACH ROW EXECUTE FUNCTION box.refuse_when_ended();
