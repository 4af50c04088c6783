"""Reading the copy, as REST and GraphQL both do it: what was asked for in, items of a page out.

Here requests become typed queries of the store, and rows become items with the names of what they
point to. The surfaces add nothing but their own dress.
"""
