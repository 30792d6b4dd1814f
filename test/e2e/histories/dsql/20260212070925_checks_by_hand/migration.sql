-- A check for rows that exist and for those to come.
ALTER TABLE "Task" ADD CONSTRAINT "Task_priority_check" CHECK ("priority" BETWEEN 0 AND 9);
ALTER TABLE "Tenant" ADD CONSTRAINT "Tenant_name_slug_key" UNIQUE ("name", "slug");
