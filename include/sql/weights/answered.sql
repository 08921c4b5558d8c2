-- answered: the complete responses of a wave.
-- Grain: one row per response. Reads: cf_core.fct_ask, fct_invitation, fct_response. Values: wave_id. Rerun: reads only.
{% from "macros/respondents.sql" import respondents %}
{{ respondents() }}
    and a.wave_id = %(wave_id)s
order by r.source, r.response_id
