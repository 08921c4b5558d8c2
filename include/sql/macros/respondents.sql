{#
    Who answered completely of those a wave has asked: one row per response, with the dimensions of the ask, so that those
    who answered are compared with those who were asked by the same words, and with the chance to have been asked.
#}
{% macro respondents() %}
select
    a.wave_id,
    r.source,
    r.response_id,
    a.segment,
    a.product,
    a.region,
    a.channel,
    a.campaign,
    a.language,
    i.inclusion_probability
from cf_core.fct_ask as a
inner join cf_core.fct_invitation as i on a.invitation_id = i.invitation_id
inner join cf_core.fct_response as r on a.invitation_id = r.invitation_id
where r.is_complete
{%- endmacro %}
