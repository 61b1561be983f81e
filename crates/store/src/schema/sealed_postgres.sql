-- What is set up does not change: rolls and lists are those that the box was made for, and that the board seals.
CREATE FUNCTION refuse_when_sealed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP <> 'INSERT' AND (SELECT sealed FROM server.election WHERE id = OLD.election) THEN RAISE EXCEPTION 'the election is sealed'; END IF;
  IF TG_OP <> 'DELETE' AND (SELECT sealed FROM server.election WHERE id = NEW.election) THEN RAISE EXCEPTION 'the election is sealed'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER not_when_sealed BEFORE INSERT OR UPDATE OR DELETE ON roll_entry FOR EACH ROW EXECUTE FUNCTION refuse_when_sealed();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON roll_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_when_sealed BEFORE INSERT OR UPDATE OR DELETE ON candidate_list FOR EACH ROW EXECUTE FUNCTION refuse_when_sealed();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON candidate_list FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_when_sealed BEFORE INSERT OR UPDATE OR DELETE ON candidate FOR EACH ROW EXECUTE FUNCTION refuse_when_sealed();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON candidate FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
