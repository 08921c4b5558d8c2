-- wave_languages: a wave by the languages that people were written to in.
-- Grain: one row per language.
-- Reads: cf_kpi.v_wave_language.
-- Values: wave_id.
-- Rerun: reads only.
select *
from cf_kpi.v_wave_language
where wave = %(wave_id)s
order by planned desc, language
