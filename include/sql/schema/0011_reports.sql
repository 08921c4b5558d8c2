-- What became of each wave: for BI tools, for the pages and for the report in words.
alter table cf_core.fct_invitation
add column reminder_number integer not null default 0,
add column channel text not null default 'mail',
add column inclusion_probability double precision not null default 1;
comment on column cf_core.fct_invitation.reminder_number is '0: the first ask; n: the n-th reminder of it.';
comment on column cf_core.fct_invitation.channel is 'How the person was asked: mail or phone.';
comment on column cf_core.fct_invitation.inclusion_probability is
'The chance with which the person was drawn; 1 divided by it is the design weight.';

comment on column cf_ledger.invitation.state is
'expired has two meanings, told apart by accepted_at: with it, the person was asked and did not answer in time; without it, it was never sent.';

-- What the reminders of a wave look for, and what closes when its time to answer is over.
create index invitation_unanswered_idx on cf_ledger.invitation (wave_id) where state = 'accepted' and reminds_id is null;

create view cf_ledger.v_ask as
select
    i.invitation_id,
    i.wave_id,
    i.contact_key,
    i.language,
    case
        when i.state = 'planned' then 'waiting'
        when i.state = 'expired' and i.accepted_at is null then 'not_sent'
        else i.state
    end as outcome,
    i.state_reason,
    coalesce(r.sent_count, 0) as reminder_count,
    i.state <> 'responded'
    and exists (
        select 1 from cf_landing.form_submission as f
        where f.invitation_id = i.invitation_id and not f.is_complete
    )
    and not exists (
        select 1 from cf_landing.form_submission as f
        where f.invitation_id = i.invitation_id and f.is_complete
    ) as is_partial,
    i.state in ('accepted', 'responded')
    or (i.state = 'expired' and i.accepted_at is not null)
    or coalesce(r.arrived_count, 0) > 0
    or exists (select 1 from cf_landing.form_submission as f where f.invitation_id = i.invitation_id) as is_asked
from cf_ledger.invitation as i
left join (
    select
        wave_id,
        reminds_id,
        count(*) filter (where accepted_at is not null) as sent_count,
        count(*) filter (where accepted_at is not null and state in ('accepted', 'expired')) as arrived_count
    from cf_ledger.invitation
    where reminds_id is not null
    group by wave_id, reminds_id
) as r on i.wave_id = r.wave_id and i.invitation_id = r.reminds_id
where i.reminds_id is null;
comment on view cf_ledger.v_ask is
'One row per first ask, with what became of the ask and its reminders. outcome is its state, with planned as waiting, and expired only for who was asked.';
comment on column cf_ledger.v_ask.reminder_count is 'Reminders that a mail server accepted.';
comment on column cf_ledger.v_ask.is_partial is 'The person has begun to answer and has not finished.';
comment on column cf_ledger.v_ask.is_asked is
'Whether the person counts in a response rate: a mail of the chain arrived, or an answer proves that it did.';

create view cf_kpi.v_wave_report as
with ask as (
    select
        wave_id,
        count(*) as planned,
        count(*) filter (where outcome = 'waiting') as waiting,
        count(*) filter (where outcome = 'claimed') as claimed,
        count(*) filter (where outcome = 'accepted') as accepted,
        count(*) filter (where outcome = 'refused') as refused,
        count(*) filter (where outcome = 'bounced') as bounced,
        count(*) filter (where outcome = 'unknown') as unknown,
        count(*) filter (where outcome = 'cancelled') as cancelled_count,
        count(*) filter (where outcome = 'not_sent') as not_sent,
        count(*) filter (where outcome = 'expired') as expired,
        count(*) filter (where outcome = 'responded') as responded,
        count(*) filter (where is_asked) as asked,
        count(*) filter (where is_partial) as partial,
        count(*) filter (where reminder_count > 0) as reminded,
        sum(reminder_count) as reminder_count
    from cf_ledger.v_ask
    group by wave_id
),

cancelled as (
    select
        r.wave_id,
        jsonb_object_agg(r.reason, r.ask_count) as reasons
    from (
        select
            wave_id,
            coalesce(state_reason, 'other') as reason,
            count(*) as ask_count
        from cf_ledger.invitation
        where state = 'cancelled' and reminds_id is null
        group by wave_id, coalesce(state_reason, 'other')
    ) as r
    group by r.wave_id
),

excluded as (
    select
        r.wave_id,
        sum(r.exclusion_count) as excluded_count,
        jsonb_object_agg(r.reason, r.exclusion_count) as reasons
    from (
        select
            e.wave_id,
            e.reason,
            count(*) as exclusion_count
        from cf_ledger.exclusion as e
        where not exists (
            -- Planned first and left out later: it is counted once, as a cancelled ask.
            select 1
            from cf_ledger.invitation as i
            where
                i.wave_id = e.wave_id
                and i.contact_key = e.contact_key
                and i.reminder_number = 0
                and i.subject_id = e.subject_id
        )
        group by e.wave_id, e.reason
    ) as r
    group by r.wave_id
)

select
    w.campaign_id as campaign,
    w.wave_id as wave,
    w.channel,
    w.opened_at,
    w.not_after,
    w.answer_until,
    w.is_stopped,
    cast(coalesce(a.planned, 0) + coalesce(e.excluded_count, 0) as bigint) as audience_count,
    cast(coalesce(e.excluded_count, 0) as bigint) as excluded_count,
    coalesce(e.reasons, '{}') as excluded,
    coalesce(a.planned, 0) as planned,
    coalesce(a.waiting, 0) as waiting,
    coalesce(a.claimed, 0) as claimed,
    coalesce(a.accepted, 0) as accepted,
    coalesce(a.refused, 0) as refused,
    coalesce(a.bounced, 0) as bounced,
    coalesce(a.unknown, 0) as unknown,
    coalesce(a.cancelled_count, 0) as cancelled_count,
    coalesce(c.reasons, '{}') as cancelled,
    coalesce(a.not_sent, 0) as not_sent,
    coalesce(a.expired, 0) as expired,
    coalesce(a.responded, 0) as responded,
    coalesce(a.asked, 0) as asked,
    coalesce(a.partial, 0) as partial,
    coalesce(a.reminded, 0) as reminded,
    cast(coalesce(a.reminder_count, 0) as bigint) as reminder_count,
    cast(a.responded as double precision) / nullif(a.asked, 0) as response_rate,
    w.frame_count,
    w.sample_count,
    w.inclusion_probability
from cf_ledger.wave as w
left join ask as a on w.wave_id = a.wave_id
left join cancelled as c on w.wave_id = c.wave_id
left join excluded as e on w.wave_id = e.wave_id;
comment on view cf_kpi.v_wave_report is
'One row per wave: what became of its audience. audience_count = planned + excluded_count; planned is the sum of waiting, claimed, accepted, refused, bounced, unknown, cancelled_count, not_sent, expired and responded. Reminders are no asks of their own and stand apart.';
comment on column cf_kpi.v_wave_report.campaign is 'Campaign of the wave.';
comment on column cf_kpi.v_wave_report.wave is 'Id of the wave: campaign, and order day, year or trigger.';
comment on column cf_kpi.v_wave_report.channel is 'How the people are asked: mail or phone.';
comment on column cf_kpi.v_wave_report.opened_at is 'When the wave was first planned.';
comment on column cf_kpi.v_wave_report.not_after is 'Nobody is asked for the first time after this moment.';
comment on column cf_kpi.v_wave_report.answer_until is 'Answers are taken until this moment.';
comment on column cf_kpi.v_wave_report.is_stopped is 'Whether the kill switch was pulled: nothing more is sent.';
comment on column cf_kpi.v_wave_report.audience_count is
'Occasions to ask: people, or people and orders where one person may be wanted for several orders of a day.';
comment on column cf_kpi.v_wave_report.excluded_count is 'Occasions that were left out when the wave was planned.';
comment on column cf_kpi.v_wave_report.excluded is 'excluded_count by reason, an object.';
comment on column cf_kpi.v_wave_report.planned is 'First asks, whatever became of them.';
comment on column cf_kpi.v_wave_report.waiting is 'First asks that wait to be sent.';
comment on column cf_kpi.v_wave_report.claimed is 'First asks that a worker sends right now.';
comment on column cf_kpi.v_wave_report.accepted is 'First asks that went out and may still be answered.';
comment on column cf_kpi.v_wave_report.refused is 'First asks that a mail server refused.';
comment on column cf_kpi.v_wave_report.bounced is 'First asks that came back.';
comment on column cf_kpi.v_wave_report.unknown is 'First asks of which nobody can say whether the mail server took them.';
comment on column cf_kpi.v_wave_report.cancelled_count is 'First asks that were planned and then taken back, before they were sent.';
comment on column cf_kpi.v_wave_report.cancelled is 'cancelled_count by reason, an object.';
comment on column cf_kpi.v_wave_report.not_sent is 'First asks that were not sent in time.';
comment on column cf_kpi.v_wave_report.expired is 'First asks that went out and were not answered in time.';
comment on column cf_kpi.v_wave_report.responded is 'First asks that were answered completely.';
comment on column cf_kpi.v_wave_report.asked is
'People who count in the response rate: a mail of the chain arrived, or an answer proves that it did.';
comment on column cf_kpi.v_wave_report.partial is 'People who began to answer and have not finished; part of asked.';
comment on column cf_kpi.v_wave_report.reminded is 'People who got at least one reminder.';
comment on column cf_kpi.v_wave_report.reminder_count is 'Reminders that a mail server accepted.';
comment on column cf_kpi.v_wave_report.response_rate is 'responded / asked, 0 to 1; null when nobody was asked.';
comment on column cf_kpi.v_wave_report.frame_count is 'The people who could be asked when the wave was opened: a sample is drawn from them.';
comment on column cf_kpi.v_wave_report.sample_count is 'The people that were drawn from the frame; all of them when the campaign asks everybody.';
comment on column cf_kpi.v_wave_report.inclusion_probability is 'The chance of each person of the frame to be drawn.';

create view cf_kpi.v_wave_language as
select
    wave_id as wave,
    language,
    count(*) as planned,
    count(*) filter (where is_asked) as asked,
    count(*) filter (where outcome = 'responded') as responded,
    count(*) filter (where is_partial) as partial,
    cast(count(*) filter (where outcome = 'responded') as double precision)
    / nullif(count(*) filter (where is_asked), 0) as response_rate
from cf_ledger.v_ask
group by wave_id, language;
comment on view cf_kpi.v_wave_language is 'One row per wave and language that people were written to in.';
comment on column cf_kpi.v_wave_language.wave is 'Id of the wave.';
comment on column cf_kpi.v_wave_language.language is 'Language of the mails.';
comment on column cf_kpi.v_wave_language.planned is 'First asks, whatever became of them.';
comment on column cf_kpi.v_wave_language.asked is 'People who count in the response rate.';
comment on column cf_kpi.v_wave_language.responded is 'First asks that were answered completely.';
comment on column cf_kpi.v_wave_language.partial is 'People who began to answer and have not finished.';
comment on column cf_kpi.v_wave_language.response_rate is 'responded / asked, 0 to 1; null when nobody was asked.';

create table cf_kpi.wave_report_text (
    wave        text primary key,
    campaign    text not null,
    body        text not null,
    reported_at timestamptz not null
);
comment on table cf_kpi.wave_report_text is
'The report in words on each wave that has ended, as it stood when it was written. Written once; v_wave_report has the numbers of today.';
comment on column cf_kpi.wave_report_text.wave is 'Id of the wave.';
comment on column cf_kpi.wave_report_text.campaign is 'Campaign of the wave.';
comment on column cf_kpi.wave_report_text.body is 'The report, in Markdown; counts only, nobody is named.';
comment on column cf_kpi.wave_report_text.reported_at is 'When it was written.';
