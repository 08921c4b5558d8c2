-- members: every slice with its member of each dimension. Grain: one row per slice. Rerun: reads only.
select
    slice,
    segment,
    product,
    region,
    channel,
    campaign,
    language
from cf_kpi.slice
