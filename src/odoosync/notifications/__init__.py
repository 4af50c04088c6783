"""Telling owners what happened: events of the outbox go to their webhooks, and by mail.

An event becomes one delivery for each webhook or address that wants it; deliveries are tried by
any worker until they succeed, or for three days. Nothing here decides what is worth telling, and
nobody below knows that it is told.
"""
