"""Everything here is held against torch."""

import pytest

pytest.importorskip("torch")
