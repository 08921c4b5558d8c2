-- plan_waves: opens the waves of a plan.
-- Grain: one row per wave.
-- Reads: cf_plan (temporary). Writes: cf_ledger.wave.
-- Rerun: a wave that is open stays as it was opened, its survey version and its last moment included.
insert into cf_ledger.wave (
    wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, answer_until, opened_at, opened_by_run, note
)
select
    p.wave_id,
    %(campaign_id)s,
    p.wave_key,
    %(survey_id)s,
    %(survey_version)s,
    max(p.not_after),
    max(p.answer_until),
    %(now)s,
    %(run_id)s,
    %(note)s
from cf_plan as p
where p.verdict <> 'already_planned'
group by p.wave_id, p.wave_key
on conflict (wave_id) do nothing
