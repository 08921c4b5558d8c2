-- read_position: where reading of an object would go on, without becoming its reader.
-- Grain: one row, or none when the object was never read, or is read from the start. Reads: cf_landing.position.
select p.position
from cf_landing.position as p
where p.source = %(source)s and p.object = %(object)s and p.entry = %(entry)s and p.position is not null
