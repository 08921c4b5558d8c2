-- known_questions: what the drivers of an overall score were computed from.
-- Grain: one row at most. Reads: cf_core.driver_model. Values: overall. Rerun: reads only.
select questions
from cf_core.driver_model
where overall = %(overall)s
