-- keep_text: keeps the report on a wave that has ended.
-- Grain: one row per wave.
-- Writes: cf_kpi.wave_report_text. Values: wave, campaign, body, now.
-- Rerun: the first report stands.
insert into cf_kpi.wave_report_text (wave, campaign, body, reported_at)
values (%(wave)s, %(campaign)s, %(body)s, %(now)s)
on conflict (wave) do nothing
