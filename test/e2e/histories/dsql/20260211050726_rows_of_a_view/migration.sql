CREATE OR REPLACE VIEW "TaskCount" AS
SELECT "projectId", count(*) AS "tasks" FROM "Task" GROUP BY 1;

COMMENT ON VIEW "TaskCount" IS 'What a project has; counted anew at every look';
COMMENT ON COLUMN "Task"."priority" IS 'higher is sooner';
