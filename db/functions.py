"""What SQLite has and PostgreSQL lacks, so that the SQL of the settlers is one text: made in a hub's database at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The greater and the lesser of two (NULL where one is), of bytes in an aggregate, and SQLite's date(day, '-3 months').
#: A + before a column keeps a database from its index.
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT greatest($1, $2)';
CREATE OR REPLACE FUNCTION max(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT greatest($1, $2)';
CREATE OR REPLACE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT least($1, $2)';
CREATE OR REPLACE FUNCTION min(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT least($1, $2)';
CREATE OR REPLACE FUNCTION greater_bytes(bytea, bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT greatest($1, $2)';
CREATE OR REPLACE FUNCTION lesser_bytes(bytea, bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT least($1, $2)';
CREATE OR REPLACE AGGREGATE max(bytea) (SFUNC = greater_bytes, STYPE = bytea, PARALLEL = SAFE);
CREATE OR REPLACE AGGREGATE min(bytea) (SFUNC = lesser_bytes, STYPE = bytea, PARALLEL = SAFE);
CREATE OR REPLACE FUNCTION same_bytes(bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT coalesce($1, $1)';
CREATE OR REPLACE FUNCTION date(day text, step text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  parts text[] := regexp_match(step, '^([+-]?[0-9]+) (day|month|year)s?$');
  months int;
BEGIN
  IF day !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' OR parts IS NULL THEN
    RETURN NULL;
  END IF;
  IF parts[2] = 'day' THEN
    RETURN to_char(day::date + parts[1]::int, 'YYYY-MM-DD');
  END IF;
  months := parts[1]::int * CASE parts[2] WHEN 'year' THEN 12 ELSE 1 END;
  -- The 31st of a shorter month is a day of the next one, as SQLite has it.
  RETURN to_char((date_trunc('month', day::date) + make_interval(months => months))::date
    + extract(day FROM day::date)::int - 1, 'YYYY-MM-DD');
EXCEPTION WHEN datetime_field_overflow OR numeric_value_out_of_range THEN
  RETURN NULL;
END $$;
"""
_OPERATOR = "CREATE OPERATOR + (RIGHTARG = bytea, FUNCTION = same_bytes)"
_THERE = "SELECT 1 FROM pg_operator WHERE oprname = '+' AND oprleft = 0 AND oprright = 'bytea'::regtype"


def make_functions(connection: Connection) -> None:
    """(Re)make them."""
    connection.exec_driver_sql(_FUNCTIONS)
    if connection.exec_driver_sql(_THERE).first() is None:
        connection.exec_driver_sql(_OPERATOR)
