"""Schema revisions of the warehouse; the DDL of each is a file of the same name in ``include/sql/schema``."""
