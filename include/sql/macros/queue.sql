{#
    The queues in which the mails of a campaign wait: one per wave, lane, time zone and number of reminder. To know them
    costs one probe of an index each (a loose index scan), however many mails wait in them; so a million mails that must
    wait, for a limit or for the morning, cost the others nothing.

    Begins a statement: `with recursive {{ open_queues() }}, ...`, and gives the relation open_queue (wave_id, lane,
    time_zone, reminder_number, first_due_at, lane_most) of those in which something may go now. Values: campaign_id,
    clock, lanes and lane_most (how many a lane may send, lists of equal length; a lane that is not listed is not
    limited), open_zones, closed_zones and is_open_at_home.
#}
{% from "macros/last_moment.sql" import last_moment, remind_until %}

{% macro open_queues() %}
live as (
    select
        w.wave_id,
        w.not_after,
        w.answer_until
    from cf_ledger.wave as w
    where
        w.campaign_id = %(campaign_id)s
        and not w.is_stopped
        and greatest(w.not_after, {{ remind_until("w") }}) > %(clock)s
),

queue as (
    select
        w.wave_id,
        f.lane,
        f.time_zone,
        f.reminder_number,
        f.send_not_before as first_due_at
    from live as w
    cross join lateral (
        select
            i.lane,
            i.time_zone,
            i.reminder_number,
            i.send_not_before
        from cf_ledger.invitation as i
        where i.wave_id = w.wave_id and {{ is_mail_planned("i") }}
        order by i.lane, i.time_zone, i.reminder_number, i.send_not_before
        limit 1
    ) as f
    union all
    select
        q.wave_id,
        n.lane,
        n.time_zone,
        n.reminder_number,
        n.send_not_before as first_due_at
    from queue as q
    cross join lateral (
        select
            i.lane,
            i.time_zone,
            i.reminder_number,
            i.send_not_before
        from cf_ledger.invitation as i
        where
            i.wave_id = q.wave_id
            and {{ is_mail_planned("i") }}
            and (i.lane, i.time_zone, i.reminder_number) > (q.lane, q.time_zone, q.reminder_number)
        order by i.lane, i.time_zone, i.reminder_number, i.send_not_before
        limit 1
    ) as n
),

open_queue as (
    select
        q.wave_id,
        q.lane,
        q.time_zone,
        q.reminder_number,
        q.first_due_at,
        l.lane_most
    from queue as q
    inner join live as w on q.wave_id = w.wave_id
    left join unnest(cast(%(lanes)s as text []), cast(%(lane_most)s as integer [])) as l (lane, lane_most)
        on q.lane = l.lane
    where
        q.first_due_at <= %(clock)s
        and coalesce(l.lane_most, 1) > 0
        and {{ last_moment("q.reminder_number = 0", "w") }} > %(clock)s
        and {{ is_zone_open("q.time_zone") }}
)
{%- endmacro %}

{# Whether a mail may go that waits; the words of the index of the queues. #}
{% macro is_mail_planned(invitation) -%}
{{ invitation }}.state = 'planned' and {{ invitation }}.channel = 'mail' and {{ invitation }}.approval <> 'wanted'
{%- endmacro %}

{#
    Whether there is a link for a mail: an ask by a survey of another platform has one as soon as its token is written
    down. Where no survey stands on another platform nothing is asked. Value: platform_surveys.
#}
{% macro has_link(invitation, has_platforms) -%}
{% if has_platforms %}
(
    not exists (
        select 1
        from cf_ledger.wave as p
        where p.wave_id = {{ invitation }}.wave_id and p.survey_id = any(cast(%(platform_surveys)s as text []))
    )
    or exists (
        select 1
        from cf_ledger.survey_token as t
        where t.invitation_id = coalesce({{ invitation }}.reminds_id, {{ invitation }}.invitation_id)
    )
)
{%- else %}true
{%- endif %}
{%- endmacro %}

{# A zone that nobody knows counts as that of the organisation. #}
{% macro is_zone_open(zone) -%}
({{ zone }} = any(cast(%(open_zones)s as text [])) or (%(is_open_at_home)s and {{ zone }} <> all(cast(%(closed_zones)s as text []))))
{%- endmacro %}
