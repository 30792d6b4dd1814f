-- As hosts ask for that open the schema to browsers.
ALTER TABLE IF EXISTS "_prisma_migrations" ENABLE ROW LEVEL SECURITY;
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^(Stamped|_prisma)' LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', found.tablename);
    EXECUTE format('CREATE POLICY nobody ON public.%I USING (false) WITH CHECK (false)', found.tablename);
  END LOOP;
END
$$;
