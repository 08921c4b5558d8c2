-- plan_exclusions: records who is left out, and why.
-- Grain: one row per wave, contact and subject.
-- Reads: cf_plan (temporary). Writes: cf_ledger.exclusion.
-- Rerun: the same reason changes nothing; another reason takes the place of the old one.
insert into cf_ledger.exclusion as e (wave_id, contact_key, reason, subject_id, recorded_at)
select
    p.wave_id,
    p.contact_key,
    p.verdict,
    p.subject_id,
    %(now)s
from cf_plan as p
where p.verdict not in ('planned', 'already_planned')
on conflict (wave_id, contact_key, subject_id) do update set
    reason = excluded.reason,
    recorded_at = excluded.recorded_at
where e.reason <> excluded.reason
