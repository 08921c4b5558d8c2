-- data_as_of: the time of the newest event in the facts that is not later than the run (%(now)s).
-- Grain: one row; null when the facts are empty. Events dated later than the run are clock errors and do not count.
-- Reads: cf_core.fct_order, cf_core.fct_complaint, cf_core.fct_invitation, cf_core.fct_response.
-- Rerun: reads only; the same facts and the same run time give the same row.
with event as (
    select ordered_at as happened_at from cf_core.fct_order
    union all
    select delivered_at as happened_at from cf_core.fct_order
    union all
    select received_at as happened_at from cf_core.fct_complaint
    union all
    select acknowledged_at as happened_at from cf_core.fct_complaint
    union all
    select first_resolved_at as happened_at from cf_core.fct_complaint
    union all
    select closed_at as happened_at from cf_core.fct_complaint
    union all
    select accepted_at as happened_at from cf_core.fct_invitation
    union all
    select submitted_at as happened_at from cf_core.fct_response
)

select max(happened_at) as data_as_of
from event
where happened_at <= %(now)s
