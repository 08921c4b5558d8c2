-- wave: what became of one wave.
-- Grain: one row; none when there is no such wave.
-- Reads: cf_kpi.v_wave_report. Values: wave.
-- Rerun: reads only.
select
    campaign,
    wave,
    channel,
    opened_at,
    not_after,
    answer_until,
    is_stopped,
    audience_count,
    excluded,
    planned,
    waiting,
    claimed,
    accepted,
    refused,
    bounced,
    unknown,
    cancelled,
    not_sent,
    expired,
    responded,
    asked,
    partial,
    reminded,
    reminder_count,
    frame_count,
    sample_count,
    inclusion_probability
from cf_kpi.v_wave_report
where wave = %(wave)s
