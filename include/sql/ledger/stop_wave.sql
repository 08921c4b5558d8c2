-- stop_wave: pulls the kill switch of a wave.
-- Grain: one wave.
-- Writes: cf_ledger.wave.
-- Rerun: a stopped wave stays stopped, with its first note.
update cf_ledger.wave
set is_stopped = true, note = concat_ws('; ', note, cast(%(note)s as text))
where wave_id = %(wave_id)s and not is_stopped
