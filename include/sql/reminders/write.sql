-- write: writes the reminders, planned, or cancelled with the reason against them.
-- Grain: one row per first ask and reminder number; it says of the ask what the first mail says.
-- Reads: cf_reminder, cf_reminder_identity (temporary). Writes: cf_ledger.invitation.
-- Values: now.
-- Rerun: a reminder that waits or has gone out is left alone; one that was cancelled follows the newest verdict.
insert into cf_ledger.invitation as r (
    invitation_id, reminds_id, wave_id, campaign_id, contact_key, reminder_number, occasion, order_source, order_id,
    subject_source, subject_id, product, region, segment, language, time_zone, channel, inclusion_probability, message_id,
    state, state_reason, send_not_before, planned_at
)
select
    d.invitation_id,
    i.invitation_id,
    i.wave_id,
    i.campaign_id,
    i.contact_key,
    n.reminder_number,
    i.occasion,
    i.order_source,
    i.order_id,
    i.subject_source,
    i.subject_id,
    i.product,
    i.region,
    i.segment,
    i.language,
    i.time_zone,
    i.channel,
    i.inclusion_probability,
    d.message_id,
    case when n.reason is null then 'planned' else 'cancelled' end,
    n.reason,
    %(now)s,
    %(now)s
from cf_reminder as n
inner join cf_reminder_identity as d on n.first_id = d.first_id
inner join cf_ledger.invitation as i on n.first_id = i.invitation_id
on conflict (invitation_id) do update set
    state = excluded.state,
    state_reason = excluded.state_reason,
    send_not_before = excluded.send_not_before,
    planned_at = excluded.planned_at
where r.state = 'cancelled' and r.state_reason is distinct from excluded.state_reason
