-- plan_frames: the people from whom the samples of new waves are drawn: those who may be
--              asked, and may be asked now.
-- Grain: one row per wave that is not open yet.
-- Reads: cf_candidate (temporary), cf_ledger.wave.
-- Rerun: reads only. Two contacts with one address are one person.
select
    c.wave_key,
    count(distinct c.person) filter (where c.reason is null and c.deferral is null) as frame_count
from cf_candidate as c
left join cf_ledger.wave as w on c.wave_id = w.wave_id
where w.wave_id is null
group by c.wave_key
order by c.wave_key
