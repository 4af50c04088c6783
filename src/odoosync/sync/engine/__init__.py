"""The one place where Odoo and the store meet: a run, stage by stage, each page one commit.

`run` orders the stages; `work` is what they share; `pages` pulls the window; `volatile` re-reads
what changes without a date; `ids` compares what is there with what is here; `labels` keeps the
names that many2one values show.
"""
