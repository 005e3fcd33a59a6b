-- Only for SQLite, which plans by what it once counted, or else takes every index for about as good as any other and walks
-- through a whole space to find an agent's few calls. Counting reads a table from end to end while nothing can be written; so
-- it is told instead, of a space with millions of calls, and plans the same from the first call on.
-- The first number of a row is how many rows the index has, then how many share its first column, its first two, and so on.
-- An index that is added to entries gets its row here, too: this file runs again when it has changed.

ANALYZE sqlite_schema; -- creates the table

DELETE FROM sqlite_stat1;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('entries', 'entries', '10000000 1000000 1'),
  ('entries', 'entries_of_agent', '10000000 1000000 50000 1'),
  ('entries', 'entries_open', '200 100'),
  ('entries', 'entries_refused_or_interrupted', '100000 10000 5000 1'),
  ('entries', 'entries_unpriced', '10000 1000 1'),
  ('entries', 'entries_in_doubt', '10000 1000 30'),
  ('entries', 'entries_unbounded', '20 10 2'),
  ('entry_lines', 'entry_lines', '30000000 3000000 3 1'),
  ('totals', 'totals', '2500000 250000 750 750 75 35 5 1');

ANALYZE sqlite_schema; -- reads it
