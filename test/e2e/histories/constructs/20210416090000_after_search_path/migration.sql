-- Lands where everything lands, whatever the file before has set.
CREATE TABLE "Landed" (id int);
