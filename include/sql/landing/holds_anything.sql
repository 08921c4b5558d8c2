-- Whether anything of an object has ever landed. Grain: one row. Reads: cf_landing.record. Rerun: reads only.
select
    exists (
        select 1 from cf_landing.record as r where r.source = %(source)s and r.object = %(object)s
    ) as holds_anything
