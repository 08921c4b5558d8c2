-- Takes `narrow.sql` back.
set local enable_seqscan to default;
set local enable_mergejoin to default;
set local jit to default;
set local random_page_cost to default
