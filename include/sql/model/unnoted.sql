-- Until the transaction ends or another list is set, nothing is noted for these models, with blanks between them.
select set_config('cf.unnoted', %(models)s, true)
