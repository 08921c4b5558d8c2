-- note: a wave was weighed. Writes: cf_core.wave_weight.
-- Values: wave_id, fingerprint, rules, response_count, effective_n, margins, now. Rerun: replaces the note.
insert into cf_core.wave_weight (
    wave_id, fingerprint, rules, response_count, effective_n, margins, weighed_at
)
values (
    %(wave_id)s, %(fingerprint)s, %(rules)s, %(response_count)s, %(effective_n)s, %(margins)s, %(now)s
)
on conflict (wave_id) do update set
    fingerprint = excluded.fingerprint,
    rules = excluded.rules,
    response_count = excluded.response_count,
    effective_n = excluded.effective_n,
    margins = excluded.margins,
    weighed_at = excluded.weighed_at
