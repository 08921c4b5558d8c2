-- The rows that a check has found: how many, and the first of them.
-- Grain: as the check, at most {{ shown }} rows. Rerun: reads only.
select
    count(*) over () as offending_count,
    c.*
from (
    {{ check | trim }}
) as c
order by 2, 3
limit {{ shown }}
