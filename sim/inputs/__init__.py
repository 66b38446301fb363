"""What a scenario is made of: roads, demand, fleets, weather."""
