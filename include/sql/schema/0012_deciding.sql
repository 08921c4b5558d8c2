-- A person also decides about a whole wave: to stop it, and to let it go on.
alter table cf_ledger.decision
alter column invitation_id drop not null,
add column wave_id text references cf_ledger.wave (wave_id),
drop constraint decision_decision_check,
add constraint decision_decision_check check (decision in (
    'approved', 'not_approved', 'sent', 'send_again', 'called', 'stopped', 'resumed'
)),
add constraint decision_about_check check (
    case when decision in ('stopped', 'resumed')
        then invitation_id is null and wave_id is not null
        else invitation_id is not null and wave_id is null
    end
);
create index decision_wave_idx on cf_ledger.decision (wave_id) where wave_id is not null;
comment on table cf_ledger.decision is
'What a person decided, and who: key accounts approved or not, unknown mails settled, calls made, waves stopped and resumed. Append-only.';
comment on column cf_ledger.decision.invitation_id is 'The invitation that was decided about; null when it was a wave.';
comment on column cf_ledger.decision.wave_id is 'The wave that was stopped or resumed; null when it was an invitation.';
comment on column cf_ledger.decision.actor is 'User name in Airflow, or how else a run was started.';

-- What waits for a person: mails of which nobody knows whether they arrived, key accounts nobody has approved.
create index invitation_unknown_idx on cf_ledger.invitation (wave_id) where state = 'unknown';
create index invitation_approval_idx on cf_ledger.invitation (wave_id) where state = 'planned' and approval = 'wanted';
create index invitation_call_idx on cf_ledger.invitation (wave_id) where state = 'planned' and channel = 'phone';
