-- it's a comment with a quote, and a $$ sign; and a semicolon
/* a comment /* within; another */ 'with quotes' */
INSERT INTO dumped VALUES (1, 'a;b'), (2, 'don''t; --'), (3, E'back\\slash\'; quote'), (4, $$it's; fine$$), (5, $x$ $$ ; $x$);
INSERT INTO dumped SELECT 6, 'joined '
  'over; lines';
INSERT INTO dumped VALUES (7, U&'d\0061t\+000061;'), (8, '/* no comment */'), (9, '-- nor this');
SELECT 1 AS "a;b", 'x' AS "it's";;
;
CREATE TABLE "weird ""name""; -- x" ("sel;ect" int, "größe" text, "🙂" text DEFAULT '🙂;🙂');
CREATE TABLE "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk" ("order" int, "user" int);
