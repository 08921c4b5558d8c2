-- What the public form server may do: three functions, each for the one invitation that a signed link names.
-- They run with the rights of their owner, so that cf_form itself needs no right on any table.
create function cf_ledger.form_open(p_invitation_id uuid)
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
as $$
select
    i.invitation_id,
    i.campaign_id,
    w.survey_id,
    w.survey_version,
    s.definition,
    i.language,
    i.occasion,
    case
        when i.state = 'responded' or exists (
            select 1 from cf_landing.form_submission as f
            where f.invitation_id = i.invitation_id and f.is_complete
        ) then 'answered'
        when i.state in ('planned', 'cancelled', 'expired') then 'closed'
        when pg_catalog.clock_timestamp() > w.answer_until then 'expired'
        else 'open'
    end,
    (
        select f.answers from cf_landing.form_submission as f
        where f.invitation_id = i.invitation_id and not f.is_complete
        order by f.submission_id desc
        limit 1
    )
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
inner join cf_ledger.survey as s on w.survey_id = s.survey_id and w.survey_version = s.version
where i.invitation_id = p_invitation_id
$$;
comment on function cf_ledger.form_open is
'What the form page of one invitation needs: the questionnaire, and whether it is open, answered, expired or closed. Writes nothing.';

create function cf_ledger.form_submit(
    p_invitation_id uuid,
    p_is_complete   boolean,
    p_answers       jsonb,
    p_language      text,
    p_channel       text
)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    current_status text;
begin
    -- One post at a time per invitation: two clicks on "send" become one answer.
    perform 1 from cf_ledger.invitation as i where i.invitation_id = p_invitation_id for share;
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(p_invitation_id::text, 0));
    select o.status into current_status from cf_ledger.form_open(p_invitation_id) as o;
    if current_status is null then
        return 'unknown';
    end if;
    if current_status <> 'open' then
        return current_status;
    end if;
    insert into cf_landing.form_submission (invitation_id, is_complete, answers, language, channel, received_at)
    values (p_invitation_id, p_is_complete, p_answers, p_language, p_channel, pg_catalog.clock_timestamp());
    return 'accepted';
end
$$;
comment on function cf_ledger.form_submit is
'Takes in one submission. Returns accepted, or why not: answered (a second one changes nothing), expired, closed, unknown.';

create function cf_ledger.form_unsubscribe(p_invitation_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
    who cf_ledger.contact;
begin
    select c.* into who
    from cf_ledger.invitation as i
    inner join cf_ledger.contact as c on i.contact_key = c.contact_key
    where i.invitation_id = p_invitation_id
    for update of c;
    if who.contact_key is null then
        return false;
    end if;
    -- Said once, it is said: a mail program may post the same click several times.
    if not exists (
        select 1 from cf_ledger.v_consent as v
        where v.contact_key = who.contact_key and v.purpose = 'survey' and not v.is_granted
    ) then
        insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at)
        values (who.contact_key, 'survey', false, 'unsubscribe link', pg_catalog.clock_timestamp());
    end if;
    if who.address_hash is not null then
        insert into cf_ledger.suppression (address_hash, reason, source, recorded_at)
        values (who.address_hash, 'unsubscribed', 'unsubscribe link', pg_catalog.clock_timestamp())
        on conflict do nothing;
    end if;
    return true;
end
$$;
comment on function cf_ledger.form_unsubscribe is
'Records that the person of one invitation wants no more surveys. Takes effect at once, also for invitations already planned.';
