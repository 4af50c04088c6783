"""Schedules: when a dataset is synced by itself. `rhythm` and `backoff` decide, `ticker` acts.

A tick is an ordinary request for a run, with nobody waiting for it: queue, history and limits do
not know where it came from.
"""
