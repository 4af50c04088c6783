"""Jobs: what should run, who may write, and getting it run.

A run is the job, and the database is the queue: workers claim what is due and run it on their own
event loop. This room knows nothing of Odoo, nor of what a run does.
"""
