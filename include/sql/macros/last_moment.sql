{#
    Until when the mails of a wave may go. `wave` is the alias of a row of cf_ledger.wave, or of one that has its columns
    not_after and answer_until; `is_first` a condition that tells a first ask from a reminder.
#}

{# A reminder goes while a day is left to answer. #}
{% macro remind_until(wave) -%}
{{ wave }}.answer_until - interval '1 day'
{%- endmacro %}

{% macro last_moment(is_first, wave) -%}
case when {{ is_first }} then {{ wave }}.not_after else {{ remind_until(wave) }} end
{%- endmacro %}
