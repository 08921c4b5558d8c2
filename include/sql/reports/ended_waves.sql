-- ended_waves: the waves of a campaign that have ended and are not reported on yet.
-- Grain: one row per wave, the oldest first.
-- Reads: cf_ledger.wave, cf_kpi.wave_report_text. Values: campaign, ended_before.
-- Rerun: reads only.
select w.wave_id
from cf_ledger.wave as w
left join cf_kpi.wave_report_text as t on w.wave_id = t.wave
where w.campaign_id = %(campaign)s and w.answer_until <= %(ended_before)s and t.wave is null
order by w.answer_until, w.wave_id
