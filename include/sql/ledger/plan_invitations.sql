-- plan_invitations: writes the planned invitations.
-- Grain: one row per wave, contact and reminder number 0.
-- Reads: cf_plan, cf_plan_identity (temporary). Writes: cf_ledger.invitation.
-- Rerun: an invitation that exists is left alone, but one that was cancelled for a reason that no longer holds is
--        planned again.
insert into cf_ledger.invitation as i (
    invitation_id, wave_id, campaign_id, contact_key, reminder_number, occasion, order_source, order_id, product, region,
    segment, language, message_id, state, send_not_before, planned_at
)
select
    d.invitation_id,
    p.wave_id,
    %(campaign_id)s,
    p.contact_key,
    0,
    p.occasion,
    p.order_source,
    nullif(p.order_id, ''),
    p.product,
    p.region,
    p.segment,
    d.language,
    d.message_id,
    'planned',
    p.send_not_before,
    %(now)s
from cf_plan as p
inner join cf_plan_identity as d on p.wave_key = d.wave_key and p.contact_key = d.contact_key
where p.verdict = 'planned'
on conflict (invitation_id) do update set
    state = 'planned',
    state_reason = null,
    occasion = excluded.occasion,
    order_source = excluded.order_source,
    order_id = excluded.order_id,
    product = excluded.product,
    region = excluded.region,
    segment = excluded.segment,
    send_not_before = excluded.send_not_before
where i.state = 'cancelled'
