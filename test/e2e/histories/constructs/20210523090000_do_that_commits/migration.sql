DO $$ BEGIN
  FOR n IN 6..8 LOOP
    INSERT INTO batches VALUES (n);
    COMMIT;
  END LOOP;
END $$;
