-- Preferences, interviews and previews of the public form; one statement per submission; answers belong to the first
-- ask of a chain of reminders, and keep the version of the questionnaire that they were given to.
alter table cf_landing.form_submission
add column interviewer text,
add column survey_version text,
add constraint form_submission_channel_check check (channel in ('web', 'phone')),
add constraint form_submission_interviewer_check check (interviewer is null or channel = 'phone');
create index form_submission_partial_idx on cf_landing.form_submission (invitation_id, submission_id)
where not is_complete;
comment on column cf_landing.form_submission.invitation_id is
'The first ask of the chain: a reminder carries its link, and answers belong to it.';
comment on column cf_landing.form_submission.channel is
'web: the customer on the survey page; phone: an interviewer, for the customer on the telephone.';
comment on column cf_landing.form_submission.interviewer is
'Who asked by telephone. The name of a colleague, therefore it stays in this table and is copied to no other.';
comment on column cf_landing.form_submission.survey_version is
'The version of the questionnaire that was answered; its definition stands in cf_ledger.survey.';
alter table cf_core.fct_response
add column survey_version text;
comment on column cf_core.fct_response.survey_version is
'The version of the questionnaire that was answered, as in cf_ledger.survey; null for responses from elsewhere.';

-- Not for cf_form: the functions below share it. Without a definer and a search path of its own PostgreSQL merges it
-- into the statement that calls it.
create function cf_ledger.invited_form(p_invitation_id uuid)
returns table (
    invitation_id  uuid,
    contact_key    uuid,
    campaign_id    text,
    survey_id      text,
    survey_version text,
    language       text,
    occasion       text,
    status         text
)
language sql
stable
as $$
select
    f.invitation_id,
    f.contact_key,
    f.campaign_id,
    w.survey_id,
    w.survey_version,
    f.language,
    f.occasion,
    case
        when f.state = 'responded' or exists (
            select 1 from cf_landing.form_submission as s
            where s.invitation_id = f.invitation_id and s.is_complete
        ) then 'answered'
        -- Not sent, or over. A mail that a person had sent again may have arrived the first time, whatever became of it.
        when f.state in ('planned', 'cancelled', 'expired') and not exists (
            select 1 from cf_ledger.decision as d
            where d.invitation_id = f.invitation_id and d.decision = 'send_again'
        ) then case f.state when 'expired' then 'expired' else 'closed' end
        when pg_catalog.statement_timestamp() > w.answer_until then 'expired'
        else 'open'
    end
from cf_ledger.invitation as i
inner join cf_ledger.invitation as f on f.invitation_id = coalesce(i.reminds_id, i.invitation_id)
inner join cf_ledger.wave as w on f.wave_id = w.wave_id
where i.invitation_id = p_invitation_id
$$;
comment on function cf_ledger.invited_form is
'What a link stands for: the first ask of its chain, and whether that is open, answered, expired or closed.';

create or replace function cf_ledger.form_open(p_invitation_id uuid)
returns table (
    invitation_id  uuid,
    campaign_id    text,
    survey_id      text,
    survey_version text,
    definition     jsonb,
    language       text,
    occasion       text,
    status         text,
    partial        jsonb
)
language sql
stable
security definer
set search_path = ''
set enable_seqscan = off
as $$
select
    f.invitation_id,
    f.campaign_id,
    f.survey_id,
    f.survey_version,
    s.definition,
    f.language,
    f.occasion,
    f.status,
    (
        select p.answers from cf_landing.form_submission as p
        where p.invitation_id = f.invitation_id and not p.is_complete
        order by p.submission_id desc
        limit 1
    )
from cf_ledger.invited_form(p_invitation_id) as f
inner join cf_ledger.survey as s on f.survey_id = s.survey_id and f.survey_version = s.version
$$;

drop function cf_ledger.form_submit;
create function cf_ledger.form_submit(
    p_invitation_id  uuid,
    p_survey_version text,
    p_is_complete    boolean,
    p_answers        jsonb,
    p_language       text,
    p_interviewer    text
)
returns text
language plpgsql
security definer
set search_path = ''
-- A connection keeps its plans, and makes them when the table of submissions may still be empty.
set enable_seqscan = off
as $$
declare
    asked record;
begin
    select f.invitation_id, f.survey_version, f.status into asked
    from cf_ledger.invited_form(p_invitation_id) as f;
    if not found then
        return 'unknown';
    end if;
    if asked.status <> 'open' then
        return asked.status;
    end if;
    if asked.survey_version <> p_survey_version then
        return 'other_version';
    end if;
    -- Pages send what they have whenever they are put aside: the same partial answer twice is one.
    if not p_is_complete and p_answers = (
        select s.answers from cf_landing.form_submission as s
        where s.invitation_id = asked.invitation_id and not s.is_complete
        order by s.submission_id desc
        limit 1
    ) then
        return 'accepted';
    end if;
    -- Two clicks on "send" become one answer: the unique index makes the second wait for the first and then skips it.
    insert into cf_landing.form_submission (
        invitation_id, survey_version, is_complete, answers, language, channel, interviewer, received_at
    )
    values (
        asked.invitation_id,
        asked.survey_version,
        p_is_complete,
        p_answers,
        p_language,
        case when p_interviewer is null then 'web' else 'phone' end,
        p_interviewer,
        pg_catalog.clock_timestamp()
    )
    on conflict (invitation_id) where is_complete do nothing;
    return case when found then 'accepted' else 'answered' end;
end
$$;
comment on function cf_ledger.form_submit is
'Takes in one submission, checked against p_survey_version. Returns accepted, or why not: answered (a second one changes
nothing), expired, closed, unknown, other_version (the invitation asks another version of the questionnaire).';

create function cf_ledger.form_preview(p_survey_id text, p_version text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
select s.definition from cf_ledger.survey as s where s.survey_id = p_survey_id and s.version = p_version
$$;
comment on function cf_ledger.form_preview is 'One version of a questionnaire, to look at; null when it was never registered.';

-- Not for cf_form: a person is everybody with the address of the invitation's contact.
create function cf_ledger.person_of(p_invitation_id uuid)
returns table (contact_key uuid, address_hash bytea)
language sql
stable
as $$
select
    c.contact_key,
    c.address_hash
from cf_ledger.invitation as i
inner join cf_ledger.contact as c on i.contact_key = c.contact_key
where i.invitation_id = p_invitation_id
union
select
    p.contact_key,
    p.address_hash
from cf_ledger.invitation as i
inner join cf_ledger.contact as c on i.contact_key = c.contact_key
inner join cf_ledger.contact as p on c.address_hash = p.address_hash
where i.invitation_id = p_invitation_id
$$;
comment on function cf_ledger.person_of is 'All contacts that have the address of one invitation: the same person in several sources.';

create function cf_ledger.form_preferences(p_invitation_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
with person as (
    select p.contact_key, p.address_hash from cf_ledger.person_of(p_invitation_id) as p
),

word as (
    select
        newest.purpose,
        newest.is_granted
    from person as p
    cross join lateral (
        select distinct on (k.purpose)
            k.purpose,
            k.is_granted
        from cf_ledger.consent as k
        where k.contact_key = p.contact_key
        order by k.purpose asc, k.recorded_at desc
    ) as newest
    union all
    select
        'survey',
        false
    from cf_ledger.suppression as s
    where s.reason = 'unsubscribed' and s.address_hash in (select p.address_hash from person as p)
)

-- Who said no once has said no, whatever they said under another number in another source.
select case
    when exists (select 1 from person) then coalesce(
        (
            select pg_catalog.jsonb_object_agg(w.purpose, w.is_granted)
            from (
                select
                    n.purpose,
                    pg_catalog.bool_and(n.is_granted) as is_granted
                from word as n
                group by n.purpose
            ) as w
        ),
        '{}'
    )
end
$$;
comment on function cf_ledger.form_preferences is
'What the person of one invitation has said, true or false by purpose; null when nobody is known by it. Writes nothing.';

create function cf_ledger.form_prefer(p_invitation_id uuid, p_words jsonb)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
    said_at timestamptz;
    contacts uuid[];
    addresses bytea[];
begin
    perform 1 from cf_ledger.contact as c
    where c.contact_key in (select p.contact_key from cf_ledger.person_of(p_invitation_id) as p)
    order by c.contact_key
    for update;
    select pg_catalog.array_agg(p.contact_key), pg_catalog.array_agg(distinct p.address_hash) into contacts, addresses
    from cf_ledger.person_of(p_invitation_id) as p;
    if contacts is null then
        return false;
    end if;
    said_at := pg_catalog.clock_timestamp();
    -- Said once, it is said: only what differs from the newest word of a contact is written.
    insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at)
    select c.contact_key, w.purpose, w.is_granted::boolean, 'preferences page', said_at
    from pg_catalog.unnest(contacts) as c (contact_key)
    cross join pg_catalog.jsonb_each_text(p_words) as w (purpose, is_granted)
    left join lateral (
        select k.is_granted
        from cf_ledger.consent as k
        where k.contact_key = c.contact_key and k.purpose = w.purpose
        order by k.recorded_at desc
        limit 1
    ) as newest on true
    where newest.is_granted is distinct from w.is_granted::boolean;
    if not (p_words ->> 'survey')::boolean then
        insert into cf_ledger.suppression (address_hash, reason, source, recorded_at)
        select a.address_hash, 'unsubscribed', 'preferences page', said_at
        from pg_catalog.unnest(addresses) as a (address_hash)
        where a.address_hash is not null
        on conflict do nothing;
    elsif (p_words ->> 'survey')::boolean then
        -- The person's own yes takes back the person's own no, and nobody else's: an address that bounced stays out.
        delete from cf_ledger.suppression as s
        where s.address_hash = any(addresses) and s.reason = 'unsubscribed';
    end if;
    return true;
end
$$;
comment on function cf_ledger.form_prefer is
'Records what the person of one invitation says now, true or false by purpose; survey stands for all of them, and no to it
keeps the address out by its hash. False when nobody is known by the invitation.';

grant execute on function
cf_ledger.form_submit, cf_ledger.form_preview, cf_ledger.form_preferences, cf_ledger.form_prefer
to cf_form;
