-- What a database of the tests holds now, kept beside it, and how to put it back. Run by `leases.remember`.
DROP EVENT TRIGGER IF EXISTS testing_ddl;
DROP SCHEMA IF EXISTS testing CASCADE;
CREATE SCHEMA testing;

-- How much was ever written to each table; and its file, which is another one after a TRUNCATE.
CREATE VIEW testing.written AS
SELECT format('%I.%I', schemaname, relname) AS named,
       n_tup_ins + n_tup_upd + n_tup_del AS rows,
       pg_relation_filenode(relid) AS file
  FROM pg_stat_user_tables
 WHERE schemaname LIKE 'p\_%' OR schemaname = 'public';

CREATE TABLE testing.sequences AS
SELECT format('%I.%I', schemaname, sequencename) AS named, last_value FROM pg_sequences;

CREATE TABLE testing.kept AS
SELECT named, rows, file, NULL::text AS copy,
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = named::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns
  FROM testing.written;

DO $$
DECLARE one record; filled boolean; number bigint := 0;
BEGIN
    FOR one IN SELECT * FROM testing.kept LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.named) INTO filled;
        CONTINUE WHEN NOT filled;
        number := number + 1;
        EXECUTE format('CREATE TABLE testing.c%s AS SELECT * FROM %s', number, one.named);
        UPDATE testing.kept SET copy = 'testing.c' || number WHERE named = one.named;
    END LOOP;
END $$;

CREATE FUNCTION testing.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT kept.* FROM testing.kept JOIN testing.written now USING (named) WHERE kept.rows <> now.rows
    LOOP
        EXECUTE format('DELETE FROM %s', one.named);
        CONTINUE WHEN one.copy IS NULL;
        EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s',
                       one.named, one.columns, one.columns, one.copy);
    END LOOP;
    PERFORM setval(named, coalesce(last_value, 1), last_value IS NOT NULL) FROM testing.sequences;
    PERFORM pg_stat_force_next_flush();
END $$;

-- What was put back counts as written too: from now on, what comes on top of it.
CREATE FUNCTION testing.count_anew() RETURNS void LANGUAGE sql AS $$
    UPDATE testing.kept SET rows = now.rows FROM testing.written now WHERE now.named = kept.named
$$;

-- Whether something else than rows was changed.
CREATE TABLE testing.ddl (tag text);
CREATE FUNCTION testing.altered() RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM testing.ddl)
        OR EXISTS (SELECT FROM testing.kept JOIN testing.written now USING (named) WHERE kept.file <> now.file)
$$;
CREATE FUNCTION testing.tell() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO testing.ddl VALUES (tg_tag);
END $$;
CREATE EVENT TRIGGER testing_ddl ON ddl_command_end EXECUTE FUNCTION testing.tell();
ALTER EVENT TRIGGER testing_ddl ENABLE ALWAYS;
