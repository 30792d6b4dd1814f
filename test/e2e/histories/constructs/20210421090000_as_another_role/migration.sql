GRANT CREATE ON SCHEMA public TO tenant;
SET ROLE tenant;
CREATE TABLE "OfTenant" (id int);
