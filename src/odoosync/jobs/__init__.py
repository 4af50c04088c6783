"""Jobs: what should run, who may write, and getting it run.

A lane is one row per connection and dataset. It is the truth: which generations are wanted, which
one is going on, under which fence. The engine only dispatches. This room knows nothing of Odoo,
nor of what a generation does; no other room knows which engine it is.
"""
