"""Everything that the pages do, for programs: JSON under /api/v1, described by `openapi.json`.

What decides is registered before what reads, so that `/claims/{key}/decisions` is not taken for a claim's id.
"""

from tawthiq.workspace.api import deciding, learning, reading
from tawthiq.workspace.api.base import api

__all__ = ["api", "deciding", "learning", "reading"]
