CREATE INDEX CONCURRENTLY IF NOT EXISTS "User_email_lower" ON "User" USING btree (lower("email") text_pattern_ops);
CREATE INDEX "User_active" ON "User" ("tenantId") INCLUDE ("email") WHERE "active";
CREATE UNIQUE INDEX "Project_name" ON "Project" ("tenantId", "name") NULLS NOT DISTINCT;
