-- plan_candidates: judges the whole audience of a campaign.
-- Grain: one row per wave, contact and order of the audience, with exactly one verdict: planned, already_planned, or
--        the reason why the person is not asked (the first that applies).
-- Reads: the audience, cf_ledger.contact, wave, invitation, suppression, consent, cf_core.fct_complaint.
-- Writes: cf_plan (temporary).
-- Values: those of the audience; campaign_id, now, quiet_days, consent, most (people the wave may ask; null: all),
--         reasons (exclusions that a later plan may lift).
-- Rerun: the same ledger gives the same verdicts; what was planned before is already_planned.
{% from "macros/reasons.sql" import personal_reason, asked_reason %}
with audience as (
    {{ audience | indent }}
),

candidate as (
    select
        a.*,
        %(campaign_id)s || '/' || a.wave_key as wave_id,
        coalesce(a.order_id, '') as order_key,
        greatest(a.send_not_before, %(now)s) as asked_at
    from audience as a
),

screened as (
    select
        a.*,
        c.address_hash,
        c.language,
        case
            -- The wave asks this person already; a cancelled ask is judged anew.
            when mine.invitation_id is not null
                then case when coalesce(mine.order_id, '') = a.order_key then 'already_planned' else 'asked_recently' end
            when coalesce(w.not_after, a.not_after) <= %(now)s then 'not_fresh'
            when exists (
                select 1
                from cf_ledger.invitation as i
                where
                    i.contact_key = a.contact_key
                    and i.campaign_id = %(campaign_id)s
                    and i.order_source = a.order_source
                    and i.order_id = a.order_id
                    and i.state not in ('cancelled', 'expired')
            ) then 'already_asked'
            else coalesce(
                {{ personal_reason("c", "%(now)s") | indent(16) }},
                {{ asked_reason("c", "a.asked_at", "%(now)s", same_ask="false", count_planned=true) | indent(16) }}
            )
        end as reason
    from candidate as a
    left join cf_ledger.contact as c on a.contact_key = c.contact_key
    left join cf_ledger.wave as w on a.wave_id = w.wave_id
    left join cf_ledger.invitation as mine
        on
            a.wave_id = mine.wave_id
            and a.contact_key = mine.contact_key
            and mine.reminder_number = 0
            and not (mine.state = 'cancelled' and coalesce(mine.state_reason = any(%(reasons)s), false))
),

-- One ask per person and plan: the newest occasion is asked about.
ranked as (
    select
        s.*,
        row_number() over person as place,
        first_value(s.contact_key) over person as chosen_contact
    from screened as s
    window person as (
        partition by s.reason is null, s.address_hash
        order by s.wave_key desc, s.order_key desc, s.contact_key
    )
),

single as (
    select
        r.*,
        case
            when r.reason is not null then r.reason
            when r.place = 1 then null
            when r.contact_key = r.chosen_contact then 'asked_recently'
            else 'duplicate_address'
        end as final_reason
    from ranked as r
),

-- Lots are drawn by a hash: running again draws the same people.
drawn as (
    select
        s.*,
        row_number() over (
            partition by s.final_reason is null order by md5(s.wave_key || '/' || s.contact_key), s.contact_key
        ) as lot,
        count(*) filter (where s.final_reason = 'already_planned') over () as already_count
    from single as s
)

insert into cf_plan (
    wave_key, wave_id, contact_key, order_source, order_id, product, region, segment, language, occasion,
    send_not_before, not_after, answer_until, verdict
)
select
    d.wave_key,
    d.wave_id,
    d.contact_key,
    d.order_source,
    d.order_key,
    d.product,
    d.region,
    d.segment,
    d.language,
    d.occasion,
    d.send_not_before,
    d.not_after,
    d.answer_until,
    case
        when d.final_reason is not null then d.final_reason
        when d.lot > cast(%(most)s as bigint) - d.already_count then 'sampled_out'
        else 'planned'
    end as verdict
from drawn as d
