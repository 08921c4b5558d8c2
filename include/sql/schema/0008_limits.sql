-- How fast mails may go out, for all workers together, and the queues in which invitations wait.
create table cf_ledger.sending_limit (
    scope        text primary key,
    day          date,
    used_count   integer not null default 0,
    next_free_at timestamptz
);
comment on table cf_ledger.sending_limit is
'What has been used of each limit of sending. Workers read and charge it under one lock, so that all of them together keep it.';
comment on column cf_ledger.sending_limit.scope is
'all, campaign:<id> or domain:<domain of the recipient>. A domain has a row as long as the programme limits it.';
comment on column cf_ledger.sending_limit.day is 'The day that used_count counts, in the time zone of the organisation.';
comment on column cf_ledger.sending_limit.used_count is
'Mails claimed on this day, without those that were then not handed to the mail server at all.';
comment on column cf_ledger.sending_limit.next_free_at is
'When the flow of mails per second is as if none had gone out: the theoretical arrival time of GCRA, by the clock of the database.';

alter table cf_ledger.invitation
add column lane text not null default '';
comment on column cf_ledger.invitation.lane is
'The domain of the recipient if mails to it are limited, else empty. While one domain has to wait, the others are claimed.';

-- One queue per wave, lane, time zone and number of reminder: a claim looks only into those that may be sent now.
create index invitation_queue_idx
on cf_ledger.invitation (wave_id, lane, time_zone, reminder_number, send_not_before, invitation_id)
where state = 'planned' and channel = 'mail' and approval <> 'wanted';

-- The newest outcomes of a wave, for the brake, which looks after every batch with a refusal.
create index invitation_outcome_idx
on cf_ledger.invitation (wave_id, claimed_at)
where state in ('accepted', 'refused', 'bounced', 'responded');

create function cf_ledger.lane_of(p_email text)
returns text
language sql
stable
set search_path = ''
as $$
select coalesce(
    (
        select pg_catalog.substr(l.scope, 8)
        from cf_ledger.sending_limit as l
        where l.scope = 'domain:' || pg_catalog.lower(pg_catalog.split_part(p_email, '@', -1))
    ),
    ''
)
$$;
comment on function cf_ledger.lane_of is 'The lane of an address: its domain if mails to it are limited, else empty.';

create function cf_ledger.set_lane()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.lane := '';
    if exists (select 1 from cf_ledger.sending_limit as l where pg_catalog.starts_with(l.scope, 'domain:')) then
        new.lane := coalesce(
            (select cf_ledger.lane_of(c.email) from cf_ledger.contact as c where c.contact_key = new.contact_key),
            ''
        );
    end if;
    return new;
end
$$;
comment on function cf_ledger.set_lane is 'Puts an invitation that is planned into its lane.';
create trigger invitation_lane
before insert on cf_ledger.invitation
for each row when (new.state = 'planned')
execute function cf_ledger.set_lane();
create trigger invitation_lane_again
before update of state on cf_ledger.invitation
for each row when (new.state = 'planned' and old.state <> 'planned')
execute function cf_ledger.set_lane();

create function cf_ledger.follow_address()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    update cf_ledger.invitation as i
    set lane = cf_ledger.lane_of(new.email)
    where
        i.contact_key = new.contact_key
        and i.state = 'planned'
        and i.lane <> cf_ledger.lane_of(new.email);
    return null;
end
$$;
comment on function cf_ledger.follow_address is 'Moves what is planned for a contact into the lane of their new address.';
create trigger contact_lane
after update of email on cf_ledger.contact
for each row when (new.email is distinct from old.email)
execute function cf_ledger.follow_address();
