-- recent_outcomes: how the mail server answered lately; what came before somebody let the wave go on again does not count.
-- Grain: one row per wave of wave_ids: its newest outcomes, and how many of them were refusals.
-- Reads: cf_ledger.invitation, cf_ledger.decision.
-- Values: wave_ids, most (outcomes to look at).
-- Rerun: reads only.
select
    w.wave_id,
    count(*) as outcome_count,
    count(*) filter (where newest.state = 'refused') as refused_count
from unnest(cast(%(wave_ids)s as text [])) as w (wave_id)
cross join lateral (
    select i.state
    from cf_ledger.invitation as i
    where
        i.wave_id = w.wave_id
        and i.state in ('accepted', 'refused', 'bounced', 'responded')
        and i.claimed_at > coalesce(
            (select max(d.decided_at) from cf_ledger.decision as d where d.wave_id = w.wave_id and d.decision = 'resumed'),
            '-infinity'
        )
    order by i.claimed_at desc
    limit %(most)s
) as newest
group by w.wave_id
