-- freshness: how new is what I am looking at?
-- Grain: one row; none before the first measurement.
-- Columns: run_id, measured_at, data_as_of, as_of_on, revision_count, check_count, newest_response_at, newest_complaint_at,
--   newest_order_at
-- Read it: when one of the newest_ times stays behind the others, a source has stopped. Put it on every dashboard.
select
    run_id,
    measured_at,
    data_as_of,
    as_of_on,
    revision_count,
    check_count,
    newest_response_at,
    newest_complaint_at,
    newest_order_at
from cf_kpi.v_freshness
