-- submit: takes in all submissions that wait at this moment, in one round trip and one commit.
-- Grain: one row per submission, with its number in the batch and what became of it.
-- Writes: cf_landing.form_submission, by cf_ledger.form_submit.
-- Values: submissions, a JSON array. Its order is that of the invitations, so that two servers never wait for each other.
-- Rerun: a complete answer is kept once.
select
    s.number,
    cf_ledger.form_submit(
        s.invitation_id, s.survey_version, s.is_complete, s.answers, s.language, s.interviewer
    ) as outcome
from jsonb_to_recordset(%(submissions)s::jsonb) as s (
    number integer,
    invitation_id uuid,
    survey_version text,
    is_complete boolean,
    answers jsonb,
    language text,
    interviewer text
)
