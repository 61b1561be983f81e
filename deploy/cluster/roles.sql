-- Roles of the voting server's database, once, as an administrator of PostgreSQL: psql -f roles.sql. Passwords are set afterwards, with \password.
-- What the groups may do is set by `isoloir database prepare` (docs/guides/operations.md, docs/adr/0030).

-- Owns tables and triggers.
CREATE ROLE isoloir_owner;
-- Serves: what a node needs, and neither a table changed nor a ballot, a mark or an entry of the journal removed.
CREATE ROLE isoloir_portal;
-- Reads the ballot box, and nothing else.
CREATE ROLE isoloir_box_reader;
-- Reads rolls and poll book, and nothing else.
CREATE ROLE isoloir_roll_reader;

-- The operator's login, for the day of an installation or of a new version. Its password is on no node.
CREATE ROLE vote_owner LOGIN IN ROLE isoloir_owner;
-- The nodes' login.
CREATE ROLE vote LOGIN IN ROLE isoloir_portal;

CREATE DATABASE vote OWNER vote_owner;
-- Nobody else connects; an expert's login is granted CONNECT when there is one.
REVOKE ALL ON DATABASE vote FROM PUBLIC;
GRANT CONNECT ON DATABASE vote TO isoloir_portal;
