"""`python -m ranvier.cli`."""

import sys

from ranvier.cli import main

sys.exit(main())
