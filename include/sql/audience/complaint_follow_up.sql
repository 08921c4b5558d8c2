-- complaint_follow_up: whom to ask how their complaint was handled.
-- Grain: one row per complaint that was closed at most fresh_days ago.
-- Reads: cf_core.fct_complaint.
-- Values: today (day of the run in the organisation's time zone), delay_days, fresh_days, answer_days, time_zone.
-- Rerun: reads only. A complaint is in the audience from the day it is closed, so that the follow-up keeps its place
--        before surveys of lower priority; its mail goes out delay_days later. Whoever has another complaint open, or
--        this one open again, is told apart by the plan.
with closed as (
    select
        k.*,
        cast(k.closed_at at time zone %(time_zone)s as date) as closed_on
    from cf_core.fct_complaint as k
    where k.contact_key is not null and k.closed_at is not null
)

select
    to_char(k.closed_on, 'YYYY-MM-DD') as wave_key,
    k.contact_key,
    k.source as subject_source,
    k.complaint_id as subject_id,
    cast(null as text) as order_source,
    cast(null as text) as order_id,
    k.product,
    k.region,
    k.segment,
    k.complaint_id as occasion,
    cast(k.closed_on + %(delay_days)s as timestamp) at time zone %(time_zone)s as send_not_before,
    cast(k.closed_on + %(fresh_days)s + 1 as timestamp) at time zone %(time_zone)s as not_after,
    cast(k.closed_on + %(fresh_days)s + 1 + %(answer_days)s as timestamp) at time zone %(time_zone)s as answer_until
from closed as k
where k.closed_on between %(today)s - %(fresh_days)s and %(today)s
