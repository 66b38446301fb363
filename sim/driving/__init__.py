"""What a truck does on a route, and what it risks there."""
