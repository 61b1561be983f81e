CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON capacity_certificate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON capacity_certificate FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
