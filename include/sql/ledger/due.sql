-- due: how many mails of a campaign may go now, up to a number that is enough to know.
-- Grain: one row per lane in which mails are due.
-- Reads: cf_ledger.wave, invitation.
-- Values: most (of each queue) and those of macros/queue.sql. Rerun: reads only.
{% from "macros/queue.sql" import open_queues, is_mail_planned, has_link %}
with recursive {{ open_queues() | trim }}

select
    q.lane,
    cast(sum(d.due_count) as bigint) as due_count
from open_queue as q
cross join lateral (
    select count(*) as due_count
    from (
        select 1
        from cf_ledger.invitation as i
        where
            i.wave_id = q.wave_id
            and i.lane = q.lane
            and i.time_zone = q.time_zone
            and i.reminder_number = q.reminder_number
            and {{ is_mail_planned("i") }}
            and i.send_not_before <= %(clock)s
            {% if has_platforms %}
            and {{ has_link("i", has_platforms) | indent(12) }}
            {% endif %}
        limit %(most)s
    ) as counted
) as d
where d.due_count > 0
group by q.lane
