-- Mails that came back, and since when a contact has the address that they have.
create table cf_ledger.bounce (
    bounce_id        bigint generated always as identity primary key,
    report_hash      bytea not null,
    recipient_number integer not null,
    invitation_id    uuid references cf_ledger.invitation (invitation_id),
    kind             text not null check (kind in (
        'hard', 'soft', 'delayed', 'delivered', 'complaint', 'auto_reply', 'loop', 'unmatched', 'unreadable'
    )),
    status           text,
    diagnostic       text,
    received_at      timestamptz not null,
    recorded_at      timestamptz not null,
    unique (report_hash, recipient_number)
);
create index bounce_invitation_idx on cf_ledger.bounce (invitation_id) where invitation_id is not null;
comment on table cf_ledger.bounce is
'What lay in the mailbox for bounces: one row per mail and recipient that it reports on. Append-only.';
comment on column cf_ledger.bounce.report_hash is
'SHA-256 of the mail as it lay in the mailbox, with its line ends made alike: reading it again writes nothing.';
comment on column cf_ledger.bounce.recipient_number is 'Place of the recipient in the report, from 1.';
comment on column cf_ledger.bounce.invitation_id is 'The mail that came back: a first ask or a reminder; null when it was none of ours.';
comment on column cf_ledger.bounce.kind is
'hard: nobody is there; soft: not delivered for another reason; delayed, delivered: as it says; complaint: reported as spam; auto_reply: '
'an automatic answer; loop: a mail of ours that came back as it was; unmatched: about no mail of ours; unreadable: a person has to read it.';
comment on column cf_ledger.bounce.status is 'Enhanced status code (RFC 3463), as 5.1.1.';
comment on column cf_ledger.bounce.diagnostic is 'What the mail server said, without addresses.';
comment on column cf_ledger.bounce.received_at is 'When the report came into the mailbox.';
comment on column cf_ledger.bounce.recorded_at is 'When it was read.';

alter table cf_ledger.contact
add column address_since timestamptz;
comment on column cf_ledger.contact.address_since is
'When the contact got this address in place of another; null: it is the first one we know. What came back from mails of before says '
'nothing about it.';

create function cf_ledger.note_new_address()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.address_since := pg_catalog.clock_timestamp();
    return new;
end
$$;
comment on function cf_ledger.note_new_address is 'Keeps since when a contact has another address.';
create trigger contact_address_since
before update of address_hash on cf_ledger.contact
for each row when (new.address_hash is distinct from old.address_hash)
execute function cf_ledger.note_new_address();
