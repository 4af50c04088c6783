"""The one place where Odoo and the store meet: a run, stage by stage, each page one commit or some.

`run` prepares an attempt, with the client that `open_odoo` opens; `stages` goes through the stages;
`work` is what they share; `pages` pulls the window, `making` turns a page into rows of the copy
where `maker` has it done, `keeping` commits them; `volatile` re-reads what changes without a date;
`ids` compares what is there with what is here; `labels` keeps the names that many2one values show.
"""
