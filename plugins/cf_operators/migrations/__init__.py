"""Schema revisions of the warehouse. The DDL of each stands in ``include/sql/schema``, in a file named as the revision."""
