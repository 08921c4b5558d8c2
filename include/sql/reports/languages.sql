-- languages: what became of one wave in each language.
-- Grain: one row per language.
-- Reads: cf_kpi.v_wave_language. Values: wave.
-- Rerun: reads only.
select
    language,
    asked,
    responded
from cf_kpi.v_wave_language
where wave = %(wave)s
order by asked desc, language
