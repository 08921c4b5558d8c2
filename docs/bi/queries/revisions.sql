-- revisions: which published months were corrected, when, and by how much?
-- Grain: one row per revision of a month that has more than one, for all customers together.
-- Columns: kpi, period_start, revision, value, change, n, new_cases, data_as_of, measured_at, run_id
-- Read it: change is the value minus that of the revision before, new_cases the cases that came. The month that was still
--   running has a revision per measurement. definition_version keeps series of different definitions apart.
with revised as (
    select
        kpi,
        definition_version,
        period_start,
        revision,
        value,
        n,
        data_as_of,
        measured_at,
        run_id,
        lag(value) over (partition by kpi, definition_version, period_start order by revision) as value_before,
        lag(n) over (partition by kpi, definition_version, period_start order by revision) as n_before,
        count(*) over (partition by kpi, definition_version, period_start) as revision_count
    from cf_kpi.v_kpi_history
    where grain = 'month' and slice = 'all'
)

select
    kpi,
    period_start,
    revision,
    value,
    value - value_before as change,
    n,
    n - n_before as new_cases,
    data_as_of,
    measured_at,
    run_id
from revised
where revision_count > 1
order by kpi, period_start, revision
