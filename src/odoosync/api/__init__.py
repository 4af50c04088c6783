"""The surfaces for programs: REST by noun under `rest/`, GraphQL under `graphql/`.

This room turns requests into calls of the rooms below and their errors into problem documents,
by one table. It decides nothing about syncing or storing, and reads no settings.

Nothing is imported here: commands use views of this room, and need not wait for all of it.
"""
