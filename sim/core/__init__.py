"""What every part stands on: units, exact sums, random streams, calendar, parameters, vocabulary. Knows no road."""
