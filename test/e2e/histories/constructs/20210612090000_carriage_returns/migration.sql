-- CreateTable
CREATE TABLE "Windows" (
    "id" INTEGER NOT NULL,
    "text" TEXT DEFAULT 'two
lines; one',

    CONSTRAINT "Windows_pkey" PRIMARY KEY ("id")
);

CREATE FUNCTION windows() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1; -- done;
END;
$$;
COMMENT ON TABLE "Windows" IS 'of a
line';
