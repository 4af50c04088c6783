"""Odoosync: a self-hosted service that keeps a true, queryable copy of each user's Odoo data."""
