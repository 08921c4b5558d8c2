{#
    Keys of what records are about that have landed since the last run of a model, whenever they were written: of the record
    as it is now and as it was before, which may have been about something else. And of records that
    somebody has erased or edited, which no source does.
    Values: sources, those that offer the shape; snapshot, what the last run has seen.
#}
{% macro landed(key) %}
select
    v.source,
    v.entity_key as {{ key }}
from cf_landing.page as p
inner join cf_landing.record as r
    on r.record_id between p.first_record_id and p.last_record_id and p.source = r.source and p.landed_xid = r.landed_xid
inner join cf_landing.record as v
    on
        r.source = v.source
        and r.object = v.object
        and r.external_id = v.external_id
        and v.version between r.version - 1 and r.version
where
    p.source = any(%(sources)s)
    and p.landed_xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
    and not pg_visible_in_snapshot(p.landed_xid, %(snapshot)s::pg_snapshot)
union
select
    t.source,
    t.key
from cf_taken as t
where t.origin = 'record' and t.source = any(%(sources)s)
{% endmacro %}
