"""A what-if page that simulates exactly while one watches: for one machine and its user."""
