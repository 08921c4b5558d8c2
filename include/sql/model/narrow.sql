-- How an increment is planned: a few rows, found by their keys. A plan that reads a table to the end is right for one that
-- is made as a whole, and depends on counts that a temporary table does not have. Until the transaction ends, or `wide.sql`.
set local enable_seqscan = off;
set local enable_mergejoin = off;
set local jit = off;
set local random_page_cost = 1.1
