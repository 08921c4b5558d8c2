-- Preferences, interviews and previews of the public form.
select 1;
