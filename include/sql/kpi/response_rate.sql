-- response_rate: how many of the people asked gave a complete response.
-- Grain: one row per grain, period_start and slice. A person asked in a wave counts once, reminders included, in the
--        month in which the first mail was accepted. Asked is whose mail was accepted and did not bounce; where that
--        is unknown (a lost reply, a bounce that was wrong), who has responded was asked, in the month of the response.
-- Reads: cf_core.fct_invitation, cf_core.fct_response.
-- Rerun: reads only; the same facts and the same as_of give the same rows.
{% from "macros/slices.sql" import month_of, slice_columns, slice_sets %}
with response as (
    select
        invitation_id,
        min(submitted_on) as submitted_on,
        max(case when is_complete then 1 else 0 end) as is_complete
    from cf_core.fct_response
    where invitation_id is not null and submitted_at <= %(as_of)s
    group by invitation_id
),

ask as (
    select
        i.wave_id,
        i.contact_key,
        i.invitation_id,
        i.segment,
        i.product,
        i.region,
        coalesce(i.accepted_on, r.submitted_on) as asked_on,
        coalesce(r.is_complete, 0) as is_answered
    from cf_core.fct_invitation as i
    left join response as r on i.invitation_id = r.invitation_id
    where
        r.invitation_id is not null
        or (i.state in ('accepted', 'responded', 'expired') and i.accepted_at <= %(as_of)s)
),

person as (
    select
        {{ month_of("asked_on") }} as month_start,
        segment,
        product,
        region,
        max(is_answered) over (partition by wave_id, contact_key) as is_answered,
        row_number() over (partition by wave_id, contact_key order by asked_on, invitation_id) as ask_number
    from ask
)

select
    {{ slice_columns() }},
    count(*) filter (where is_answered = 1) as numerator,
    count(*) as denominator
from person
where ask_number = 1
{{ slice_sets() }}
