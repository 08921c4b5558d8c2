-- Whether anything of an object has ever landed. Grain: one row. Reads: cf_landing.page. Rerun: reads only.
select exists (select 1 from cf_landing.page as p where p.source = %(source)s and p.object = %(object)s) as holds_anything
