{#
    Why a person may not be asked. The plan of a wave and the claim of a mail ask the same two questions, so that
    whoever said no after the plan is still not written to.

    `contact` is the alias of a row of cf_ledger.contact, `moment` an expression of the time to judge at.
    A person is all contacts with one address: what one of them said or was asked holds for the others.
    Values: consent ('opt_in' or 'opt_out'), quiet_days.
#}

{# What stands against writing to this person at all; null when nothing does. The first reason that applies. #}
{% macro personal_reason(contact, moment) %}
coalesce(
    case when {{ contact }}.address_hash is null then 'no_address' end,
    (
        select case s.reason when 'manual' then 'suppressed' else s.reason end
        from cf_ledger.suppression as s
        where s.address_hash = {{ contact }}.address_hash
        order by array_position(array['unsubscribed', 'bounced', 'refused', 'manual'], s.reason)
        limit 1
    ),
    case
        when exists (
            select 1
            from cf_ledger.contact as k
            cross join lateral (
                select w.is_granted
                from cf_ledger.consent as w
                where w.contact_key = k.contact_key and w.purpose = 'survey'
                order by w.recorded_at desc
                limit 1
            ) as word
            where k.address_hash = {{ contact }}.address_hash and not word.is_granted
        ) then 'no_consent'
        when %(consent)s = 'opt_in' and not exists (
            select 1
            from cf_ledger.consent as w
            where w.contact_key = {{ contact }}.contact_key and w.purpose = 'survey' and w.is_granted
        ) then 'no_consent'
    end,
    case
        when exists (
            select 1
            from cf_ledger.contact as k
            inner join cf_core.fct_complaint as f on k.contact_key = f.contact_key
            where
                k.address_hash = {{ contact }}.address_hash
                and f.received_at <= {{ moment }}
                and (f.closed_at is null or f.closed_at > {{ moment }})
        ) then 'open_complaint'
    end
)
{%- endmacro %}

{#
    Whether the person is asked by another invitation less than quiet_days before or after `moment`: asked_recently,
    or duplicate_address when it is another contact with the same address who is asked; else null.
    `same_ask` is a condition on the other invitation `i` that is true for asks that do not count.
    `count_planned`: whether an invitation counts that waits in an open wave.
    `now` is the time of the run, at which a wave is open or over.
#}
{% macro asked_reason(contact, moment, now, same_ask, count_planned) %}
(
    select case when bool_or(i.contact_key = {{ contact }}.contact_key) then 'asked_recently' else 'duplicate_address' end
    from cf_ledger.contact as k
    inner join cf_ledger.invitation as i on k.contact_key = i.contact_key
    where
        k.address_hash = {{ contact }}.address_hash
        and not ({{ same_ask }})
        and (
            (
                i.state in ('claimed', 'accepted', 'unknown', 'responded')
                and coalesce(i.accepted_at, i.claimed_at) > {{ moment }} - make_interval(days => %(quiet_days)s)
                and coalesce(i.accepted_at, i.claimed_at) < {{ moment }} + make_interval(days => %(quiet_days)s)
            )
{% if count_planned %}
            or (
                i.state = 'planned'
                and greatest(i.send_not_before, {{ now }}) > {{ moment }} - make_interval(days => %(quiet_days)s)
                and greatest(i.send_not_before, {{ now }}) < {{ moment }} + make_interval(days => %(quiet_days)s)
                and exists (
                    select 1
                    from cf_ledger.wave as v
                    where v.wave_id = i.wave_id and not v.is_stopped and v.not_after > {{ now }}
                )
            )
{% endif %}
        )
    having count(*) > 0
)
{%- endmacro %}
