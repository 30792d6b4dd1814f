CREATE TABLE batches (n int PRIMARY KEY);
CREATE PROCEDURE in_batches() LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN 1..5 LOOP
    INSERT INTO batches VALUES (n);
    COMMIT;
  END LOOP;
END $$;
