"""Trips that nobody can meet: swept along their routes and added up."""
