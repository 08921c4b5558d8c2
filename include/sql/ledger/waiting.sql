-- waiting: the mails of a campaign that still wait, and why.
-- Grain: one row per cause and time zone; the first that applies of: approval (a person has to approve it), later (its
--        time has not come), put_off (the mail server wanted it later), token (its survey
--        stands on another platform, which has no token for it yet), window (it is night there), limit (all else: a
--        limit is used up, or the task was told to stop).
-- Reads: cf_ledger.wave, invitation.
-- Values: campaign_id, clock, open_zones, closed_zones, is_open_at_home. Rerun: reads only.
{% from "macros/last_moment.sql" import last_moment %}
{% from "macros/queue.sql" import is_zone_open, has_link %}
select
    case
        when i.approval = 'wanted' then 'approval'
        when i.send_not_before > %(clock)s and i.attempt_count > 0 then 'put_off'
        when i.send_not_before > %(clock)s then 'later'
        {% if has_platforms %}
        when not {{ has_link("i", has_platforms) | indent(8) }} then 'token'
        {% endif %}
        when not {{ is_zone_open("i.time_zone") }} then 'window'
        else 'limit'
    end as cause,
    i.time_zone,
    count(*) as waiting_count,
    min(i.send_not_before) as first_due_at
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
where
    w.campaign_id = %(campaign_id)s
    and not w.is_stopped
    and i.state = 'planned'
    and i.channel = 'mail'
    and {{ last_moment("i.reminder_number = 0", "w") }} > %(clock)s
group by 1, 2
