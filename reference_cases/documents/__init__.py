"""What five documents of the Variable era state, held against torch as it is today."""
