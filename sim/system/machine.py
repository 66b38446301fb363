"""What the machine computes with: told in manifests; no result depends on it."""

from typing import Any

import numpy as np
from threadpoolctl import threadpool_info


def machine() -> dict[str, Any]:
    """Processor features that NumPy found and uses, and the kernels of its BLAS."""
    found: Any = np.show_config(mode="dicts")
    libraries = [one for one in threadpool_info() if one.get("user_api") == "blas"]
    return {
        "processor_features": list(found.get("SIMD Extensions", {}).get("found", [])),
        "blas": sorted({f"{one['internal_api']} {one.get('architecture', '')}".strip() for one in libraries}),
    }
