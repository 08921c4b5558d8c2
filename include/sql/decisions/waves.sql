-- waves: what became of the newest waves.
-- Grain: one row per wave, newest first.
-- Reads: cf_ledger.wave, cf_kpi.v_wave_report.
-- Values: campaign_id (null: all), wave_id (null: all), most, passed (how many newer ones to pass over).
-- Rerun: reads only.
select
    r.*,
    w.note,
    w.opened_by_run,
    w.survey_id,
    w.survey_version,
    w.purpose,
    w.priority
from (
    select *
    from cf_ledger.wave
    where
        (cast(%(campaign_id)s as text) is null or campaign_id = %(campaign_id)s)
        and (cast(%(wave_id)s as text) is null or wave_id = %(wave_id)s)
    order by opened_at desc, wave_id desc
    limit %(most)s
    offset %(passed)s
) as w
inner join cf_kpi.v_wave_report as r on w.wave_id = r.wave
order by w.opened_at desc, w.wave_id desc
