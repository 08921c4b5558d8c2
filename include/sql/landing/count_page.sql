-- cf_landing.load: adds the counts of one page.
-- Reads: the row itself. Rerun: runs in the transaction of the page, so that a page counts when it has landed.
update cf_landing.load
set
    fetched_count = fetched_count + %(fetched)s,
    new_count = new_count + %(new)s,
    changed_count = changed_count + %(changed)s,
    unchanged_count = unchanged_count + %(unchanged)s,
    deleted_count = deleted_count + %(deleted)s,
    quarantined_count = quarantined_count + %(quarantined)s
where load_id = %(load_id)s
