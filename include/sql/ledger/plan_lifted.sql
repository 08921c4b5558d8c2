-- plan_lifted: takes away the exclusions of those who are asked after all.
-- Grain: one row per wave, contact and subject.
-- Reads: cf_plan (temporary). Writes: cf_ledger.exclusion.
-- Rerun: nothing is left to take away.
delete from cf_ledger.exclusion as e
using cf_plan as p
where
    e.wave_id = p.wave_id
    and e.contact_key = p.contact_key
    and e.subject_id = p.subject_id
    and p.verdict in ('planned', 'already_planned')
