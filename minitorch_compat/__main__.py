"""`python -m minitorch_compat FILE`, `-m MODULE` or `-c TEXT`: a program with the engine in torch's place."""
import sys

from .script import main

if __name__ == "__main__":
    sys.exit(main())
