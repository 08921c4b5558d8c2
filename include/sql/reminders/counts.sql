-- counts: what the due reminders came to.
-- Grain: one row per reason against a reminder; without a reason: planned.
-- Reads: cf_reminder (temporary).
-- Rerun: reads only.
select
    coalesce(reason, 'planned') as verdict,
    count(*) as count
from cf_reminder
group by coalesce(reason, 'planned')
order by verdict
