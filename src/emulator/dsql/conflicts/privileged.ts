/**
 * How the functions behind conflicts run: with the rights of the emulator, whatever the client's, and with names that
 * PostgreSQL writes out in full.
 */
export const privileged = `LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET datestyle = 'ISO'
  SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET client_min_messages = 'warning'`
