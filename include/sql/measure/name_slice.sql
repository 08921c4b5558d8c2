-- name_slice: a slice that has no case. Grain: one row of cf_kpi.slice. Rerun: changes nothing.
insert into cf_kpi.slice (slice, dimensions, segment, product, region, channel, campaign, language)
values (
    %(slice)s, %(dimensions)s, %(segment)s, %(product)s, %(region)s, %(channel)s, %(campaign)s, %(language)s
)
on conflict (slice) do nothing
