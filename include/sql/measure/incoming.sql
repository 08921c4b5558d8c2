-- incoming: rows for a table that shows the last measurement. Gone at the end of the transaction.
-- Grain: that of the table. Rerun: made anew.
drop table if exists incoming;

create temporary table incoming on commit drop as
select {{ (keys + columns) | join(", ") }}
from cf_kpi.{{ table }}
with no data
