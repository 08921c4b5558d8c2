{#
    Why a person may not be asked. The plan of a wave and the claim of a mail ask the same questions, so that whoever
    said no after the plan is still not written to, and who is asked by another campaign meanwhile is not asked twice.

    `contact` is the alias of a row of cf_ledger.contact, `moment` an expression of the time of the ask, `now` that of
    the run, at which a wave is open or over. A person is all contacts with one address: what one of them said or was
    asked holds for the others. Other asks are rows `i` of cf_ledger.invitation; `same_ask` is a condition on them that
    is true for those that do not count. Mails, reminders and calls are asks alike.
    `is_call` (known when the statement is written): the person is called. That needs no address; who has none is this
    one contact, and a mailbox that takes no mail says nothing about a telephone.
    Aliases that the macros use themselves, so that an expression given to them must not: ask, cap, f, i, k, last,
    other, s, said, v, word.
    Values: consent ('opt_in' or 'opt_out'), quiet_days, cap_days and cap_most (lists of equal length).
#}

{% from "macros/last_moment.sql" import last_moment %}

{# What stands against asking this person at all; null when nothing does. The first reason that applies. #}
{% macro personal_reason(contact, moment, purpose, is_call=false) %}
coalesce(
    case when {{ contact }}.{{ "contact_key" if is_call else "address_hash" }} is null then 'no_address' end,
    (
        select case s.reason when 'manual' then 'suppressed' else s.reason end
        from cf_ledger.suppression as s
        where s.address_hash = {{ contact }}.address_hash{{ " and s.reason in ('unsubscribed', 'manual')" if is_call }}
        order by array_position(array['unsubscribed', 'bounced', 'refused', 'manual'], s.reason)
        limit 1
    ),
    case
        when exists (
            select 1
            from cf_ledger.contact as k
            cross join lateral (
                select distinct on (said.purpose) said.is_granted
                from cf_ledger.consent as said
                where said.contact_key = k.contact_key and said.purpose in ('survey', {{ purpose }})
                order by said.purpose, said.recorded_at desc
            ) as word
            where {{ is_person("k", contact, is_call) }} and not word.is_granted
        ) then 'no_consent'
        when %(consent)s = 'opt_in' and not exists (
            select 1
            from cf_ledger.consent as said
            where
                said.contact_key = {{ contact }}.contact_key
                and said.purpose in ('survey', {{ purpose }})
                and said.is_granted
        ) then 'no_consent'
    end,
    case
        when exists (
            select 1
            from cf_ledger.contact as k
            inner join cf_core.fct_complaint as f on k.contact_key = f.contact_key
            where
                {{ is_person("k", contact, is_call) }}
                and f.received_at <= {{ moment }}
                and (f.closed_at is null or f.closed_at > {{ moment }})
        ) then 'open_complaint'
    end
)
{%- endmacro %}

{#
    Whether the person is asked by another invitation less than quiet_days before or after `moment`: asked_recently,
    or duplicate_address when it is another contact with the same address who is asked; else null.
    `count_planned`: whether an invitation counts that waits in an open wave; with `priority`, an expression of the
    priority of this ask, only those of equal priority count (reserved_reason tells of the higher ones).
#}
{% macro asked_reason(contact, moment, now, same_ask, count_planned, priority=none, is_call=false) %}
(
    select case when bool_or(i.contact_key = {{ contact }}.contact_key) then 'asked_recently' else 'duplicate_address' end
    from cf_ledger.contact as k
    inner join cf_ledger.invitation as i on k.contact_key = i.contact_key
    where
        {{ is_person("k", contact, is_call) }}
        and not ({{ same_ask }})
        and (
            ({{ is_sent("i") }} and {{ is_near(sent_at("i"), moment) | indent(12) }})
{% if count_planned %}
            or (
                {{ is_waiting("i", now, "= " ~ priority if priority else none) | indent(16) }}
                and {{ is_near(due_at("i", now), moment) | indent(16) }}
            )
{% endif %}
        )
    having count(*) > 0
)
{%- endmacro %}

{#
    Whether the place belongs to another campaign: an ask of a wave with strictly higher priority waits less than
    quiet_days before or after `moment`: reserved; else null. Whoever is left out for it is asked later, if the
    occasion is fresh then.
#}
{% macro reserved_reason(contact, moment, now, same_ask, priority, is_call=false) %}
(
    select 'reserved'
    from cf_ledger.contact as k
    inner join cf_ledger.invitation as i on k.contact_key = i.contact_key
    where
        {{ is_person("k", contact, is_call) }}
        and not ({{ same_ask }})
        and {{ is_waiting("i", now, "> " ~ priority) | indent(8) }}
        and {{ is_near(due_at("i", now), moment) | indent(8) }}
    limit 1
)
{%- endmacro %}

{#
    Whether one more ask at `moment` would be one too many: over_limit; else null. It is one too many when the
    cap_days before it already hold cap_most asks to the person, or when it would make an ask that counts here and
    comes later one too many.
    `count_planned`: whether asks count that wait in an open wave. With `priority`, an expression of the priority of
    this ask, waiting asks of lower priority do not count, and waiting asks of higher priority count in any case.
#}
{% macro cap_reason(contact, moment, now, same_ask, count_planned, priority=none, is_call=false) %}
(
    select 'over_limit'
    from (
        select
            array_agg(case when i.state = 'planned' then {{ due_at("i", now) }} else {{ sent_at("i") }} end) as moments
        from cf_ledger.contact as k
        inner join cf_ledger.invitation as i on k.contact_key = i.contact_key
        where
            cardinality(cast(%(cap_days)s as integer [])) > 0
            and {{ is_person("k", contact, is_call) }}
            and not ({{ same_ask }})
            and (
                {{ is_sent("i") }}
{% if count_planned or priority %}
                or {{ is_waiting("i", now, (">= " if count_planned else "> ") ~ priority if priority else none) | indent(16) }}
{% endif %}
            )
    ) as other
    cross join unnest(cast(%(cap_days)s as integer []), cast(%(cap_most)s as integer [])) as cap (days, most)
    cross join unnest(array_append(other.moments, {{ moment }})) as last (at)
    where
        last.at >= {{ moment }}
        and last.at < {{ moment }} + make_interval(days => cap.days)
        and (
            select count(*)
            from unnest(other.moments) as ask (at)
            where ask.at > last.at - make_interval(days => cap.days) and ask.at <= last.at
        ) >= cap.most
    limit 1
)
{%- endmacro %}

{# Whether two contacts are one person. Without an address, a contact is a person only when people are called. #}
{% macro is_person(other, contact, is_call) -%}
{% if is_call -%}
({{ other }}.address_hash = {{ contact }}.address_hash or {{ other }}.contact_key = {{ contact }}.contact_key)
{%- else -%}
{{ other }}.address_hash = {{ contact }}.address_hash
{%- endif %}
{%- endmacro %}

{# Whether the invitation reached the person, or may have: what is being sent counts, what was refused or bounced not. #}
{% macro is_sent(invitation) -%}
({{ invitation }}.state in ('claimed', 'accepted', 'unknown', 'responded') or ({{ invitation }}.state = 'expired' and {{ invitation }}.accepted_at is not null))
{%- endmacro %}

{% macro sent_at(invitation) -%}
coalesce({{ invitation }}.accepted_at, {{ invitation }}.claimed_at)
{%- endmacro %}

{# When a waiting invitation goes out at the earliest. #}
{% macro due_at(invitation, now) -%}
greatest({{ invitation }}.send_not_before, {{ now }})
{%- endmacro %}

{# Whether the invitation waits in a wave that may still send it. `which`: a condition on the priority of that wave. #}
{% macro is_waiting(invitation, now, which) -%}
(
    {{ invitation }}.state = 'planned'
    and exists (
        select 1
        from cf_ledger.wave as v
        where
            v.wave_id = {{ invitation }}.wave_id
            and not v.is_stopped
            and {{ last_moment(invitation ~ ".reminder_number = 0", "v") }} > {{ now }}
{% if which %}
            and v.priority {{ which }}
{% endif %}
    )
)
{%- endmacro %}

{% macro is_near(time, moment) -%}
{{ time }} > {{ moment }} - make_interval(days => %(quiet_days)s)
and {{ time }} < {{ moment }} + make_interval(days => %(quiet_days)s)
{%- endmacro %}
