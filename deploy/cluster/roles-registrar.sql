-- Roles of the registrar's database, once, as an administrator of PostgreSQL: psql -f roles-registrar.sql. Passwords are set afterwards, with \password.
-- What the group may do is set by `isoloir registrar prepare-database` (docs/guides/registrar.md, docs/adr/0030).

-- Owns tables and triggers.
CREATE ROLE isoloir_registrar_owner;
-- Serves: what the registrar needs, and neither a table changed nor a credential or an entry of the journal removed.
CREATE ROLE isoloir_registrar;

-- The operator's login, for the day of an installation or of a new version.
CREATE ROLE registrar_owner LOGIN IN ROLE isoloir_registrar_owner;
-- The registrar's login.
CREATE ROLE registrar LOGIN IN ROLE isoloir_registrar;

CREATE DATABASE registrar OWNER registrar_owner;
REVOKE ALL ON DATABASE registrar FROM PUBLIC;
GRANT CONNECT ON DATABASE registrar TO isoloir_registrar;
