-- cf_core.fct_ask: whom each wave has tried to ask, and what came of it.
-- Grain: one row per person and wave, reminders included. Tried is what was handed to a mail server or to a person with a
--        telephone; what was only planned, taken back or never sent in time is not, unless an answer proves otherwise.
--        What came of it is, in this order: the answer; a no to surveys, if it was said after this ask and before the
--        next one; silence, if any mail of the chain arrived; else what kept it from arriving.
-- Reads: cf_ledger.invitation, wave, consent, cf_core.fct_response. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
with response as (
    select
        invitation_id,
        min(submitted_at) as submitted_at,
        max(case when is_complete then 1 else 0 end) as is_complete
    from cf_core.fct_response
    where
        invitation_id is not null
        {% if narrowed %}
        and invitation_id in (select i.invitation_id from {{ rows_of("cf_ledger.invitation", ["contact_key"]) | trim }} as i)
        {% endif %}
    group by invitation_id
),

-- Each mail or call of a chain, named after the first ask.
attempt as (
    select
        coalesce(i.reminds_id, i.invitation_id) as invitation_id,
        i.accepted_at as taken_at,
        case
            when i.accepted_at is null and i.state in ('refused', 'bounced', 'unknown', 'responded', 'accepted')
                then coalesce(i.claimed_at, i.planned_at)
        end as tried_at,
        case
            when i.state in ('accepted', 'responded') or (i.state = 'expired' and i.accepted_at is not null) then 1 else 0
        end as is_arrived
    from {{ rows_of("cf_ledger.invitation", ["contact_key"]) | trim }} as i
),

chain as (
    select
        invitation_id,
        coalesce(min(taken_at), min(tried_at)) as asked_at,
        max(is_arrived) as is_arrived
    from attempt
    group by invitation_id
),

asked as (
    select
        i.wave_id,
        i.contact_key,
        i.invitation_id,
        w.purpose,
        i.campaign_id,
        i.channel,
        i.language,
        i.segment,
        i.product,
        i.region,
        i.state,
        c.is_arrived,
        r.is_complete,
        coalesce(c.asked_at, r.submitted_at) as asked_at
    from {{ rows_of("cf_ledger.invitation", ["contact_key"]) | trim }} as i
    inner join cf_ledger.wave as w on i.wave_id = w.wave_id
    inner join chain as c on i.invitation_id = c.invitation_id
    left join response as r on i.invitation_id = r.invitation_id
    where i.reminds_id is null and coalesce(c.asked_at, r.submitted_at) is not null
),

-- A no belongs to the last ask before it.
refusal as (
    select
        a.invitation_id,
        row_number() over (
            partition by k.contact_key, k.purpose, k.recorded_at
            order by a.asked_at desc, a.invitation_id desc
        ) as ask_number
    from {{ rows_of("cf_ledger.consent", ["contact_key"]) | trim }} as k
    inner join asked as a
        on
            k.contact_key = a.contact_key
            and (k.purpose = 'survey' or k.purpose = a.purpose)
            and k.recorded_at >= a.asked_at
    where not k.is_granted and k.source in ('unsubscribe link', 'preferences page')
)

select
    a.wave_id,
    a.contact_key,
    a.invitation_id,
    a.campaign_id as campaign,
    a.channel,
    a.language,
    coalesce(a.segment, 'unknown') as segment,
    coalesce(a.product, 'unknown') as product,
    coalesce(a.region, 'unknown') as region,
    a.asked_at,
    (a.asked_at at time zone %(time_zone)s)::date as asked_on,
    case
        when a.is_complete = 1 then 'complete'
        when a.is_complete = 0 then 'partial'
        when u.invitation_id is not null then 'unsubscribed'
        when a.is_arrived = 1 then 'none'
        when a.state in ('refused', 'bounced') then a.state
        else 'unknown'
    end as disposition
from asked as a
left join (select distinct invitation_id from refusal where ask_number = 1) as u on a.invitation_id = u.invitation_id
