-- switch_wave: pulls the kill switch of a wave, or releases it.
-- Grain: one row if the wave was changed, else none.
-- Writes: cf_ledger.wave, cf_ledger.decision.
-- Values: wave_id, decision (stopped, resumed), actor, note, clock (the time now).
-- Rerun: a stopped wave stays stopped, and nothing more is put on record.
with switched as (
    update cf_ledger.wave as w
    set is_stopped = cast(%(decision)s as text) = 'stopped'
    where w.wave_id = %(wave_id)s and w.is_stopped <> (cast(%(decision)s as text) = 'stopped')
    returning w.wave_id
)

insert into cf_ledger.decision (wave_id, decision, actor, note, decided_at)
select
    s.wave_id,
    cast(%(decision)s as text),
    cast(%(actor)s as text),
    cast(%(note)s as text),
    cast(%(clock)s as timestamptz)
from switched as s
returning wave_id
