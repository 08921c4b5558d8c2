-- plan_candidates: judges the whole audience of a campaign, each on their own: what stands against asking this person
--                  about this (reason), what speaks against asking them now (deferral), and the lot they have drawn.
-- Grain: one row per wave, contact and subject of the audience, with the first of each that applies, or none.
-- Reads: the audience, cf_ledger.contact, wave, invitation, suppression, consent, cf_core.fct_complaint.
-- Writes: cf_candidate (temporary).
-- Values: those of the audience; campaign_id, priority, purpose (of waves that are not open yet), now, hold_out (share
--         of people), home_zone (of the calendar year), approve (whether key accounts are asked only with approval),
--         reasons (exclusions that a later plan may lift), and those of macros/reasons.sql. Given when the statement is
--         written: audience, and is_call (whether people are called).
-- Rerun: the same ledger gives the same reasons; what was planned before is already_planned. Lots never change.
{% from "macros/lot.sql" import lot %}
{% from "macros/reasons.sql" import personal_reason, asked_reason, reserved_reason, cap_reason, is_person %}
{% macro is_refused(ask) -%}
{{ ask }}.state = 'cancelled' and {{ ask }}.state_reason = 'not_approved'
{%- endmacro %}
with audience as (
    {{ audience | indent }}
),

candidate as (
    select
        a.*,
        coalesce(a.subject_id, '') as subject_key,
        %(campaign_id)s || '/' || a.wave_key as wave_id,
        greatest(a.send_not_before, %(now)s) as asked_at
    from audience as a
),

placed as (
    select
        a.*,
        coalesce(w.not_after, a.not_after) as last_at,
        coalesce(w.priority, %(priority)s) as priority,
        coalesce(w.purpose, %(purpose)s) as purpose
    from candidate as a
    left join cf_ledger.wave as w on a.wave_id = w.wave_id
)

insert into cf_candidate (
    wave_key, wave_id, contact_key, subject_source, subject_id, order_source, order_id, product, region, segment, occasion,
    send_not_before, not_after, answer_until, person, language, time_zone, approval, lot, reason,
    deferral
)
select
    a.wave_key,
    a.wave_id,
    a.contact_key,
    a.subject_source,
    a.subject_key,
    a.order_source,
    a.order_id,
    a.product,
    a.region,
    a.segment,
    a.occasion,
    a.send_not_before,
    a.not_after,
    a.answer_until,
    p.person,
    c.language,
    c.time_zone,
    case
        when %(approve)s and exists (
            select 1 from cf_ledger.contact as k where {{ is_person("k", "c", is_call) }} and k.is_key_account
        ) then 'wanted'
        else 'not_needed'
    end as approval,
    {{ lot("a.wave_id || '/'", "p.person") | indent }} as lot,
    case
        -- The wave asks about this already; a cancelled ask is judged anew, but not after a person's no.
        when mine.subject_id = a.subject_key
            then case when {{ is_refused("mine") }} then 'not_approved' else 'already_planned' end
        when a.last_at <= a.asked_at then 'not_fresh'
        -- Asked about the same in another wave of the campaign.
        when asked.is_asked is not null
            then case when asked.is_asked then 'already_asked' else 'not_approved' end
        else coalesce(
            {{ personal_reason("c", "%(now)s", "a.purpose", is_call=is_call) | indent(12) }},
            case
                when
                    %(hold_out)s > 0
                    and {{ lot("'held_out/' || to_char(a.asked_at at time zone %(home_zone)s, 'YYYY') || '/'",
                        "p.person") | indent(20) }} < %(hold_out)s
                    then 'held_out'
            end
        )
    end as reason,
    case
        when mine.subject_id = a.subject_key then null
        -- The wave has one ask for each person, and that is about something else.
        when mine.invitation_id is not null
            then case when {{ is_refused("mine") }} then 'not_approved' else 'asked_recently' end
        else coalesce(
            {{ asked_reason("c", "a.asked_at", "%(now)s", same_ask="false", count_planned=true,
                priority="a.priority", is_call=is_call) | indent(12) }},
            {{ reserved_reason("c", "a.asked_at", "%(now)s", same_ask="false", priority="a.priority", is_call=is_call) | indent(12) }},
            {{ cap_reason("c", "a.asked_at", "%(now)s", same_ask="false", count_planned=true,
                priority="a.priority", is_call=is_call) | indent(12) }}
        )
    end as deferral
from placed as a
left join cf_ledger.contact as c on a.contact_key = c.contact_key
cross join lateral (select coalesce(c.address_hash, uuid_send(a.contact_key)) as person) as p
left join cf_ledger.invitation as mine
    on
        a.wave_id = mine.wave_id
        and a.contact_key = mine.contact_key
        and mine.reminder_number = 0
        and not (mine.state = 'cancelled' and coalesce(mine.state_reason = any(%(reasons)s), false))
left join lateral (
    select bool_or(i.state <> 'cancelled') as is_asked
    from cf_ledger.invitation as i
    where
        a.subject_key <> ''
        and i.campaign_id = %(campaign_id)s
        and i.contact_key = a.contact_key
        and i.subject_source is not distinct from a.subject_source
        and i.subject_id = a.subject_key
        and i.reminder_number = 0
        and (i.state <> 'cancelled' or i.state_reason = 'not_approved')
        and not (i.state = 'expired' and i.accepted_at is null)
) as asked on true
