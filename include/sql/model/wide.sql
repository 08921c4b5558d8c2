-- Takes `narrow.sql` back: whole tables are read, sorted and hashed, with room for it.
set local work_mem = '64MB';
set local enable_seqscan to default;
set local enable_mergejoin to default;
set local jit to default;
set local random_page_cost to default
