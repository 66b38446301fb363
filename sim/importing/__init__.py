"""From files that people have (tracks, maps, designs, tables) to a road, with all that was changed or assumed."""
