-- cf_ledger.survey_token: a token that the platform knows is written down.
-- Grain: one row per first ask. Rerun: what is written down stays.
insert into cf_ledger.survey_token (invitation_id, source, survey, token, created_at)
select
    t.invitation_id,
    %(source)s,
    %(survey)s,
    t.token,
    %(now)s
from unnest(cast(%(invitation_ids)s as uuid []), cast(%(tokens)s as text [])) as t (invitation_id, token)
on conflict (invitation_id) do nothing
