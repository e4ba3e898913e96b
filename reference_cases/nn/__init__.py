"""Parameters, modules and losses."""
