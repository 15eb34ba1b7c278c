-- Read by a single-user PostgreSQL (-j: a statement ends at a semicolon before an empty line).
-- The role is no superuser, like in production; it may create databases, because tests clone theirs from a template.
create role glaze login createdb;

create database glaze owner glaze;

