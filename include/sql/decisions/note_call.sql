-- note_call: somebody interviews a person who was asked before, by mail or by telephone, and has not answered.
-- Grain: one row if the person can still answer, else none.
-- Reads: cf_ledger.invitation, cf_ledger.wave, cf_landing.form_submission. Writes: cf_ledger.decision.
-- Values: invitation_id, actor, clock (the time now).
-- Rerun: an interviewer is put on record once for each invitation.
{% from "macros/answered.sql" import is_answered %}
with open_ask as (
    select i.invitation_id
    from cf_ledger.invitation as i
    inner join cf_ledger.wave as w on i.wave_id = w.wave_id
    where
        i.invitation_id = %(invitation_id)s
        and i.reminds_id is null
        and i.state = 'accepted'
        and w.answer_until > %(clock)s
        and not {{ is_answered("i") | indent(8) }}
    for update of i
),

noted as (
    insert into cf_ledger.decision (invitation_id, decision, actor, decided_at)
    select
        o.invitation_id,
        'called',
        cast(%(actor)s as text),
        cast(%(clock)s as timestamptz)
    from open_ask as o
    where not exists (
        select 1
        from cf_ledger.decision as d
        where d.invitation_id = o.invitation_id and d.decision = 'called' and d.actor = %(actor)s
    )
)

select invitation_id
from open_ask
