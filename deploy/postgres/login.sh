#!/bin/sh
# Makes the service's login, its two roles and its database, once: see docs/postgresql.md.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$DATABASE_PASSWORD" --username postgres <<'SQL'
CREATE ROLE odoosync_app NOLOGIN;
CREATE ROLE odoosync_system NOLOGIN;
CREATE ROLE odoosync LOGIN PASSWORD :'password';
GRANT odoosync_app, odoosync_system TO odoosync;
CREATE DATABASE odoosync OWNER odoosync;
SQL
