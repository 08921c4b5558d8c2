-- cf_landing.record: adds the versions that the rows of pg_temp.incoming bring.
-- Grain: one row per version of a record. A deletion is a version too, with the payload of the one before; of a record
-- that is not known or already deleted there is nothing to delete.
-- Reads: pg_temp.incoming, and the stored versions of the same records.
-- Rerun: adds nothing. The last row of a key is stored when it differs from the newest version. An earlier row of the
-- same key is stored only when its content was never stored: it is history, and reading it again brings nothing new.
with known as materialized (
    select
        r.external_id,
        r.version,
        r.content_hash
    from cf_landing.record as r
    where
        r.source = %(source)s
        and r.object = %(object)s
        and r.external_id in (select i.external_id from incoming as i where i.reason is null)
),

newest as (
    select distinct on (external_id)
        external_id,
        version,
        content_hash
    from known
    order by external_id, version desc
),

arrived as (
    select
        i.position,
        i.external_id,
        i.entity_key,
        i.payload,
        i.is_deleted,
        coalesce(i.content_hash, sha256('deleted')) as content_hash,
        lead(i.position) over (partition by i.external_id order by i.position) is null as is_last,
        row_number() over (partition by i.external_id, i.content_hash order by i.position) as occurrence
    from incoming as i
    where i.reason is null
),

candidate as (
    select
        a.position,
        a.external_id,
        a.entity_key,
        a.content_hash,
        a.payload,
        a.is_deleted,
        coalesce(n.version, 0) as newest_version,
        n.content_hash as newest_hash
    from arrived as a
    left join newest as n on a.external_id = n.external_id
    where
        a.is_last
        or (
            a.occurrence = 1
            and not exists (
                select 1 from known as k
                where k.external_id = a.external_id and k.content_hash = a.content_hash
            )
        )
),

compared as (
    select
        c.*,
        lag(c.content_hash, 1, c.newest_hash) over (partition by c.external_id order by c.position) as hash_before
    from candidate as c
),

changed as (
    select
        c.*,
        c.newest_version + row_number() over (partition by c.external_id order by c.position) as version,
        lag(c.payload) over (partition by c.external_id order by c.position) as payload_before,
        lag(c.entity_key) over (partition by c.external_id order by c.position) as entity_before
    from compared as c
    where c.hash_before is distinct from c.content_hash and not (c.is_deleted and c.hash_before is null)
),

added as (
    insert into cf_landing.record (
        source, object, external_id, version, content_hash, entity_key, payload, is_deleted, load_id, landed_at
    )
    select
        %(source)s,
        %(object)s,
        c.external_id,
        c.version,
        c.content_hash,
        coalesce(c.entity_key, c.entity_before, r.entity_key),
        coalesce(c.payload, c.payload_before, r.payload),
        c.is_deleted,
        %(load_id)s,
        now()
    from changed as c
    left join cf_landing.record as r
        on
            c.is_deleted
            and r.source = %(source)s
            and r.object = %(object)s
            and c.external_id = r.external_id
            and c.newest_version = r.version
    order by c.position
    returning version, is_deleted
)

select
    (select count(*) from arrived) as good_count,
    count(*) filter (where version = 1 and not is_deleted) as new_count,
    count(*) filter (where version > 1 and not is_deleted) as changed_count,
    count(*) filter (where is_deleted) as deleted_count
from added
