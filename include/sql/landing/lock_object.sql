-- The epoch of the newest reader of an object; nobody else lands it or begins to read it until the transaction ends.
-- Reads: cf_landing.position. Rerun: the same.
select p.epoch
from cf_landing.position as p
where p.source = %(source)s and p.object = %(object)s
for update
