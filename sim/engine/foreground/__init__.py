"""Trips that somebody may meet: they decide in the event loop."""
