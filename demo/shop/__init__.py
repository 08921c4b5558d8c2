"""The files of a small shop, made from a seed and a day: what the example programme reads.

The shop sells home goods in five regions. From the first day of the month four months back on, half of the
parcels to the North come late: the one problem that the programme shall find. Everywhere else, and before, the
shop keeps its targets comfortably. A few rows are broken on purpose, as in any real export.
"""
