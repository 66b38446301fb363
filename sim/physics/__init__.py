"""Physics of a truck on a mountain road: pure functions of arrays or scalars, SI units."""
