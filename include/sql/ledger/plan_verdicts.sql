-- plan_verdicts: judges the candidates against each other: who is drawn, and about what each person is asked.
-- Grain: one row per wave, contact and subject of the audience, with exactly one verdict: planned, already_planned, or
--        the reason why the person is not asked.
-- Reads: cf_candidate, cf_draw (temporary), cf_ledger.wave, invitation. Writes: cf_plan (temporary).
-- Values: most (people whom a wave may ask; null: all), reasons (exclusions that a later plan may lift).
-- Rerun: a wave that is open keeps the limit it was drawn with: nobody draws twice, and who becomes askable later has
--        the same chance as the others.
with asked as (
    select
        i.wave_id,
        count(*) as ask_count
    from cf_ledger.invitation as i
    where
        cast(%(most)s as bigint) is not null
        and i.wave_id in (select c.wave_id from cf_candidate as c)
        and i.reminder_number = 0
        and not (i.state = 'cancelled' and coalesce(i.state_reason = any(%(reasons)s), false))
    group by i.wave_id
),

drawn as (
    select
        c.*,
        coalesce(
            c.reason,
            -- Before what only defers: who has drawn a blank is not asked later either.
            case when c.lot > coalesce(w.lot_limit, d.lot_limit, 1) then 'sampled_out' end,
            c.deferral
        ) as drawn_reason,
        coalesce(w.inclusion_probability, d.inclusion_probability, 1) as probability,
        cast(%(most)s as bigint) - coalesce(a.ask_count, 0) as places
    from cf_candidate as c
    left join cf_ledger.wave as w on c.wave_id = w.wave_id
    left join cf_draw as d on c.wave_key = d.wave_key
    left join asked as a on c.wave_id = a.wave_id
),

-- Whoever becomes askable later and has won in the lottery still finds no place when there is none left.
seated as (
    select
        d.*,
        coalesce(
            d.drawn_reason,
            case
                when dense_rank() over (
                    partition by d.wave_key, d.drawn_reason is null order by d.lot, d.person
                ) > d.places then 'sampled_out'
            end
        ) as own_reason
    from drawn as d
),

-- One ask per person and plan: the newest occasion is asked about.
ranked as (
    select
        s.*,
        row_number() over person as place,
        first_value(s.contact_key) over person as chosen_contact
    from seated as s
    window person as (
        partition by s.own_reason is null, s.person
        order by s.wave_key desc, s.subject_id desc, s.contact_key
    )
)

insert into cf_plan (
    wave_key, wave_id, contact_key, subject_source, subject_id, order_source, order_id, product, region, segment, language,
    time_zone, occasion, send_not_before, not_after, answer_until, approval, inclusion_probability, verdict
)
select
    r.wave_key,
    r.wave_id,
    r.contact_key,
    r.subject_source,
    r.subject_id,
    r.order_source,
    r.order_id,
    r.product,
    r.region,
    r.segment,
    r.language,
    r.time_zone,
    r.occasion,
    r.send_not_before,
    r.not_after,
    r.answer_until,
    r.approval,
    r.probability,
    case
        when r.own_reason is not null then r.own_reason
        when r.place = 1 then 'planned'
        when r.contact_key = r.chosen_contact then 'asked_recently'
        else 'duplicate_address'
    end as verdict
from ranked as r
