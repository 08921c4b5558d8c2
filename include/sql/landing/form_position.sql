-- From where to where submissions of the form are read now, as transaction ids.
-- Everything below the end is finished: committed and visible, or gone for ever. A submission whose transaction is
-- still open lies at or above it and is read by a later run, however late it commits.
select
    coalesce((select w.position from cf_ledger.watermark as w where w.name = 'form_submission'), '0'::xid8)::text
        as start_position,
    pg_snapshot_xmin(pg_current_snapshot())::text as end_position
