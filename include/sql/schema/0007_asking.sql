-- Who may be asked, in what order, with what chance, and after whose word.
alter table cf_ledger.wave
add column priority integer not null default 0,
add column purpose text not null default 'survey',
add column channel text not null default 'mail' check (channel in ('mail', 'phone')),
add column frame_count bigint,
add column sample_count bigint,
add column inclusion_probability double precision not null default 1
check (inclusion_probability > 0 and inclusion_probability <= 1),
add column lot_limit double precision not null default 1;
comment on column cf_ledger.wave.priority is
'Whose ask keeps its place when two waves want the same person within the quiet period: the higher one.';
comment on column cf_ledger.wave.purpose is 'The purpose that people consent to; survey stands for all of them.';
comment on column cf_ledger.wave.frame_count is 'The people that the sample was drawn from when the wave was opened.';
comment on column cf_ledger.wave.sample_count is 'The people that were drawn.';
comment on column cf_ledger.wave.inclusion_probability is 'The chance of each person of the frame to be drawn.';
comment on column cf_ledger.wave.lot_limit is
'Lots lie between 0 and 1; who has drawn one up to this limit is asked. Fixed when the wave is opened, so that no later plan draws again.';

alter table cf_ledger.invitation
add column reminds_id uuid references cf_ledger.invitation (invitation_id),
add column channel text not null default 'mail' check (channel in ('mail', 'phone')),
add column time_zone text not null default 'UTC',
add column subject_source text,
add column subject_id text not null default '',
add column inclusion_probability double precision not null default 1
check (inclusion_probability > 0 and inclusion_probability <= 1),
add column approval text not null default 'not_needed' check (approval in ('not_needed', 'wanted', 'granted'));
update cf_ledger.invitation
set subject_source = order_source, subject_id = coalesce(order_id, '');
create index invitation_reminds_idx on cf_ledger.invitation (reminds_id) where reminds_id is not null;
create index invitation_subject_idx on cf_ledger.invitation (campaign_id, contact_key, subject_source, subject_id);
create index contact_key_account_idx on cf_ledger.contact (address_hash) where is_key_account;
comment on column cf_ledger.invitation.reminds_id is
'The first ask that a reminder reminds of, whose link it carries and to which the answer belongs; null for a first ask.';
comment on column cf_ledger.invitation.time_zone is 'IANA zone where the person lives, else that of the organisation.';
comment on column cf_ledger.invitation.subject_id is
'What the person is asked about: an order, a complaint, or nothing in particular (empty). A campaign asks about it once.';
comment on column cf_ledger.invitation.inclusion_probability is 'The chance with which the person was drawn: 1 / its design weight.';
comment on column cf_ledger.invitation.approval is
'Key accounts are asked after somebody has approved it: wanted, then granted. Who is refused is cancelled as not_approved.';

alter table cf_ledger.exclusion
rename column order_id to subject_id;
alter table cf_ledger.exclusion
drop constraint exclusion_reason_check;
alter table cf_ledger.exclusion
add constraint exclusion_reason_check check (reason in (
    'no_address', 'no_consent', 'unsubscribed', 'bounced', 'refused', 'suppressed', 'asked_recently', 'open_complaint',
    'sampled_out', 'duplicate_address', 'already_asked', 'not_fresh', 'over_limit', 'held_out', 'reserved', 'not_approved'
));

create table cf_ledger.decision (
    decision_id   bigint generated always as identity primary key,
    invitation_id uuid not null references cf_ledger.invitation (invitation_id),
    decision      text not null check (decision in ('approved', 'not_approved', 'sent', 'send_again', 'called')),
    actor         text not null,
    note          text,
    decided_at    timestamptz not null
);
create index decision_invitation_idx on cf_ledger.decision (invitation_id);
comment on table cf_ledger.decision is
'What a person decided about an invitation, and who: key accounts approved or not, unknown mails settled, calls made. Append-only.';
