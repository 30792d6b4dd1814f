--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;

CREATE FUNCTION public.before_its_table() RETURNS bigint LANGUAGE sql AS $_$ SELECT count(*) FROM public.dumped $_$;
CREATE TABLE public.dumped (
    id integer NOT NULL,
    note character varying(255) DEFAULT ''::character varying
);
ALTER TABLE public.dumped OWNER TO postgres;
ALTER TABLE ONLY public.dumped
    ADD CONSTRAINT dumped_pkey PRIMARY KEY (id);
