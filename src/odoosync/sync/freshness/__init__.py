"""How old each copy is, and telling when one grows older than its schedule allows.

Goes by the last complete sync and by what was promised, never by whether the ticker ran: whoever
looks here finds out that it did not.
"""
