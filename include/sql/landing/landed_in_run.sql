-- What a run has landed of a stream, page by page, whether its loads came to an end or not.
-- Grain: one row per source that the run began to land; its tries are added up. Reads: cf_landing.load. Rerun: reads only.
select
    l.source,
    sum(l.fetched_count) as fetched_count,
    sum(l.new_count) as new_count,
    sum(l.changed_count) as changed_count,
    sum(l.unchanged_count) as unchanged_count,
    sum(l.deleted_count) as deleted_count,
    sum(l.quarantined_count) as quarantined_count
from cf_landing.load as l
where l.stream = %(stream)s and l.run_id = %(run_id)s
group by l.source
order by l.source
