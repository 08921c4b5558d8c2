-- plan_invitations: writes the planned invitations.
-- Grain: one row per wave, contact and reminder number 0.
-- Reads: cf_plan, cf_plan_identity (temporary), cf_ledger.wave. Writes: cf_ledger.invitation.
-- Rerun: an invitation that exists is left alone, but one that was cancelled for a reason that no longer holds is
--        planned again; what a person has approved stays approved, as long as it is about the same.
insert into cf_ledger.invitation as i (
    invitation_id, wave_id, campaign_id, contact_key, reminder_number, occasion, subject_source, subject_id, order_source,
    order_id, product, region, segment, language, time_zone, channel, inclusion_probability, approval, message_id, state,
    send_not_before, planned_at
)
select
    d.invitation_id,
    p.wave_id,
    %(campaign_id)s,
    p.contact_key,
    0,
    p.occasion,
    p.subject_source,
    p.subject_id,
    p.order_source,
    p.order_id,
    p.product,
    p.region,
    p.segment,
    d.language,
    d.time_zone,
    w.channel,
    p.inclusion_probability,
    p.approval,
    d.message_id,
    'planned',
    p.send_not_before,
    %(now)s
from cf_plan as p
inner join cf_plan_identity as d on p.wave_key = d.wave_key and p.contact_key = d.contact_key
inner join cf_ledger.wave as w on p.wave_id = w.wave_id
where p.verdict = 'planned'
-- In the order in which they are claimed: a batch then lies on few pages, and costs half.
order by p.send_not_before, d.invitation_id
on conflict (invitation_id) do update set
    state = 'planned',
    state_reason = null,
    occasion = excluded.occasion,
    subject_source = excluded.subject_source,
    subject_id = excluded.subject_id,
    order_source = excluded.order_source,
    order_id = excluded.order_id,
    product = excluded.product,
    region = excluded.region,
    segment = excluded.segment,
    language = excluded.language,
    time_zone = excluded.time_zone,
    inclusion_probability = excluded.inclusion_probability,
    approval = case
        when i.approval = 'granted' and i.subject_id = excluded.subject_id then 'granted'
        else excluded.approval
    end,
    send_not_before = excluded.send_not_before
where i.state = 'cancelled'
