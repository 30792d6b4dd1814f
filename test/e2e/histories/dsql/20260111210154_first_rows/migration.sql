-- Rows that later migrations must carry along.
INSERT INTO "Tenant" ("slug", "name") VALUES ('acme', 'Acme; Ltd'), ('beta', 'Beta — größer'), ('gamma', 'Gamma 😀');
INSERT INTO "User" ("tenantId", "email", "name")
SELECT "id", 'owner@' || "slug" || '.example', 'Owner of ' || "name" FROM "Tenant";
INSERT INTO "Counter" ("name") VALUES ('visits');
