-- The newest id of a record, of whatever transaction. Grain: one row. Rerun: reads only.
select coalesce(pg_sequence_last_value(pg_get_serial_sequence('cf_landing.record', 'record_id')::regclass), 0) as last_record_id
