"""Holding the copy against Odoo, id by id and field by field, whatever the cursor says.

`judging` says what a difference means, `tally` counts and scores; both are pure. `run` carries a
verification out, page by page; `looking` reads both sides, `naming` compares names, `mending`
writes what differs while no sync of the dataset is running.
"""
