-- complaint_categories: the complaints of a slice and its months by category, beside those they are compared with.
-- Grain: one row per category that occurs in either. Reads: cf_core.fct_complaint. Rerun: reads only.
with complaint as (
    select
        category,
        received_on,
        case %(dimension)s
            when 'segment' then segment
            when 'product' then product
            when 'region' then region
            else 'all'
        end = %(member)s as is_in_slice
    from cf_core.fct_complaint
    where received_at <= %(as_of)s
),

counted as (
    select
        category,
        count(*) filter (
            where is_in_slice and received_on >= %(first)s and received_on < %(until)s
        ) as count,
        count(*) filter (
            where is_in_slice = %(is_rest_same_slice)s and received_on >= %(rest_first)s and received_on < %(rest_until)s
        ) as rest_count
    from complaint
    group by category
)

select
    category,
    count,
    rest_count
from counted
where count > 0 or rest_count > 0
order by count desc, category asc
