-- What was filed, decided and drawn stays; of a sealed election nothing changes.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON candidacy_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON candidacy_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON order_secret FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON order_secret FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON order_draw FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON order_draw FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_when_sealed BEFORE INSERT OR UPDATE OR DELETE ON candidacy FOR EACH ROW EXECUTE FUNCTION refuse_when_sealed();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON candidacy FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_when_sealed BEFORE INSERT OR UPDATE OR DELETE ON candidacy_file FOR EACH ROW EXECUTE FUNCTION refuse_when_sealed();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON candidacy_file FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
