-- plan_waves: opens the waves of a plan.
-- Grain: one row per wave.
-- Reads: cf_plan, cf_draw (temporary). Writes: cf_ledger.wave.
-- Values: campaign_id, priority, purpose, channel, survey_id, survey_version, run_id, note, request (JSON; null: not ad hoc),
--         now.
-- Rerun: a wave that is open stays as it was opened: its survey version, its last moment, its priority, its sample,
--        its request.
insert into cf_ledger.wave (
    wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, answer_until, opened_at, opened_by_run, note,
    priority, purpose, channel, frame_count, sample_count, inclusion_probability, lot_limit, request
)
select
    p.wave_id,
    %(campaign_id)s,
    p.wave_key,
    %(survey_id)s,
    %(survey_version)s,
    p.not_after,
    p.answer_until,
    %(now)s,
    %(run_id)s,
    %(note)s,
    %(priority)s,
    %(purpose)s,
    %(channel)s,
    d.frame_count,
    d.sample_count,
    coalesce(d.inclusion_probability, 1),
    coalesce(d.lot_limit, 1),
    cast(%(request)s as jsonb)
from (
    select
        wave_id,
        wave_key,
        max(not_after) as not_after,
        max(answer_until) as answer_until
    from cf_plan
    where verdict <> 'already_planned'
    group by wave_id, wave_key
) as p
left join cf_draw as d on p.wave_key = d.wave_key
on conflict (wave_id) do nothing
