"""The options of printing, where torch has them."""

from ._core.printing import PRINT_OPTS as PRINT_OPTS
from ._core.printing import get_printoptions as get_printoptions
from ._core.printing import printoptions as printoptions
from ._core.printing import set_printoptions as set_printoptions
