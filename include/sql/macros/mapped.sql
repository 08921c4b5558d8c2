{#
    A field of a standard shape, from what the programme says of it: the path in the payload, the same value for all
    rows, a translation of values, a unit of time. The landing has checked the values, so that no cast can fail.
    All names come from the programme and are quoted here.
#}
{% macro at(path) %}r.payload #>> {{ path | path_literal }}{% endmacro %}
{% macro translated(field) %}
{% if field.values %}
case {{ at(field.steps) }}
        {% for said, meant in field["values"].items() %}
        when {{ said | literal }} then {{ meant | text_literal }}
        {% endfor %}
        else {% if field.otherwise is none %}null{% else %}case when trim({{ at(field.steps) }}) <> '' then {{ field.otherwise | text_literal }} end{% endif %}

    end
{%- elif field.path is none %}{{ field.value | text_literal }}
{%- else %}{{ at(field.steps) }}
{%- endif %}
{% endmacro %}
{% macro instant_of(text, time_zone) %}
case
        when {{ text }} ~ '([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)\s*$' then ({{ text }})::timestamptz
        else ({{ text }})::timestamp at time zone {{ time_zone | literal }}
    end
{%- endmacro %}
{% macro mapped(field, type, time_zone) %}
{% if field is none %}null::{{ type }}
{%- elif type == "timestamp with time zone" %}
{# Before 1970-01-02 nothing has happened: some systems write the beginning of their clock for "not yet". #}
    (
        select t.at
        from (
            select {% if field.format %}to_timestamp(s.value, {{ field.format | postgres_format | literal }})::timestamp at time zone {{ time_zone | literal }}{% elif field.unit %}to_timestamp(s.value::double precision{{ " / 1000" if field.unit == "milliseconds" else "" }}){% else %}{{ instant_of("s.value", time_zone) }}{% endif %} as at
            from (select nullif(trim({{ translated(field) | trim }}), '') as value) as s
        ) as t
        where t.at >= '1970-01-02T00:00:00Z'
    )
{%- elif type == "uuid" %}
    (
        select s.value::uuid
        from (select trim({{ translated(field) | trim }}) as value) as s
        where s.value ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
    )
{%- elif type == "date" and field.format %}to_date(nullif(trim({{ translated(field) | trim }}), ''), {{ field.format | postgres_format | literal }})
{%- elif type == "text" %}{{ translated(field) | trim }}
{%- else %}nullif(trim({{ translated(field) | trim }}), '')::{{ type }}
{%- endif %}
{% endmacro %}
{# The invitation that the token of a response was made for, as t. #}
{% macro join_token(declared, source_id) %}
left join cf_ledger.survey_token as t
    on
        t.source = {{ source_id | literal }}
        and t.survey = {{ declared.read | literal }}
        and t.token = {{ mapped(declared.map.fields["token"], "text", "UTC") | trim }}
{%- endmacro %}
