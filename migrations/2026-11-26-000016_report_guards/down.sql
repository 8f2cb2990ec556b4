DROP INDEX journal_reports;
DROP TRIGGER guard_all ON reports;
CREATE OR REPLACE TRIGGER guard BEFORE UPDATE OR DELETE ON reports FOR EACH ROW EXECUTE FUNCTION guard_reports();
CREATE OR REPLACE FUNCTION guard_reports() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted reports := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state IN ('draft', 'returned') AND (NEW.state = 'draft' OR
                (NEW.document, NEW.sha256, NEW.as_of, NEW.journal_position, NEW.assembly, NEW.assembled_by, NEW.assembled_at)
                IS NOT DISTINCT FROM
                (OLD.document, OLD.sha256, OLD.as_of, OLD.journal_position, OLD.assembly, OLD.assembled_by, OLD.assembled_at))
        THEN
            RETURN NEW;
        END IF;
        wanted.state := 'published';
        wanted.version := NEW.version;
        wanted.published_by := NEW.published_by;
        wanted.published_at := NEW.published_at;
        wanted.updated_by := NEW.updated_by;
        wanted.updated_at := NEW.updated_at;
        IF OLD.state = 'approved' AND NEW IS NOT DISTINCT FROM wanted THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = format('permission denied: the report %s is frozen', OLD.code);
END
$$;
