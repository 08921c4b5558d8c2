-- plan_zones: the time zones that the database knows, as another program may know fewer or more.
-- Grain: one row per name.
-- Rerun: reads only.
select name
from pg_timezone_names
