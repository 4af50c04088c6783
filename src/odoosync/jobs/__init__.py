"""Jobs: what should run, who may write, and getting it run.

A lane is one row per connection and dataset. It is the truth: which generations are wanted, which
one is going on, under which fence. The database is the queue: workers claim what is due and run it
on their own event loop. This room knows nothing of Odoo, nor of what a generation does.
"""
