{#
    The moment that a column of a landed row names. A time with an offset says itself which moment it is; a time
    without one is local to the time zone of the source. A plain cast to timestamp would drop the offset in silence.
#}
{% macro instant(column, time_zone) %}
case
        when payload ->> '{{ column }}' ~ '([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)\s*$' then (payload ->> '{{ column }}')::timestamptz
        else (payload ->> '{{ column }}')::timestamp at time zone '{{ time_zone }}'
    end
{%- endmacro %}
