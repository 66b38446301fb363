"""Importing this module loads the compiled sweep: a server that forks workers does it once for all of them."""

import sim.engine.replication  # noqa: F401 - so that workers have it too
from sim.driving.sweep import get_ready

get_ready()
