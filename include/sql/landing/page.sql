-- cf_landing.page: tells the model where the records of a transaction are, if it has written any.
-- Reads: cf_landing.record. Rerun: one row per transaction and object; runs once, after the records.
insert into cf_landing.page (source, object, first_record_id, last_record_id)
select
    %(source)s,
    %(object)s,
    %(last_record_id)s::bigint + 1,
    n.last_record_id
from (
    {{ last_record | trim }}
) as n
where n.last_record_id > %(last_record_id)s::bigint
