"""The chapters themselves: importing this draws every sample, for `minitorch_compat.parity` finds cases in modules."""
from . import drawn

globals().update(drawn().chapters)
