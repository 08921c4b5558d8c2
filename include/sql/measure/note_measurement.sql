-- note_measurement: that a measurement was published. Grain: one row per measurement. Rerun: as of the newest run.
insert into cf_kpi.measurement (
    run_id, measured_at, data_as_of, as_of_on, kpi_count, value_count, revision_count, check_count, settings
)
values (
    %(run_id)s,
    %(now)s,
    %(data_as_of)s,
    %(as_of_on)s,
    %(kpi_count)s,
    %(value_count)s,
    %(revision_count)s,
    %(check_count)s,
    %(settings)s
)
on conflict (measured_at) do update
set
    run_id = excluded.run_id,
    data_as_of = excluded.data_as_of,
    as_of_on = excluded.as_of_on,
    kpi_count = excluded.kpi_count,
    value_count = excluded.value_count,
    revision_count = excluded.revision_count,
    check_count = excluded.check_count,
    settings = excluded.settings
