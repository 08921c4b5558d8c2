-- Asking through a survey platform: by which token each ask is known there.
create table cf_ledger.survey_token (
    invitation_id uuid primary key references cf_ledger.invitation,
    source        text not null,
    survey        text not null,
    token         text not null,
    created_at    timestamptz not null,
    unique (source, survey, token)
);
comment on table cf_ledger.survey_token is
'One row per first ask whose survey stands on another platform: the token of its link, under which the answer comes home.';
comment on column cf_ledger.survey_token.invitation_id is 'The first ask; its reminders carry the same link.';
comment on column cf_ledger.survey_token.source is 'The source of the programme that is the platform.';
comment on column cf_ledger.survey_token.survey is 'The survey, as the platform numbers it.';
comment on column cf_ledger.survey_token.token is
'Derived from the invitation and the signing key of the links: made twice it is the same, and nobody can guess it.';
comment on column cf_ledger.survey_token.created_at is 'When it was written down; the platform knew it before.';
