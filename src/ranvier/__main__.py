"""`python -m ranvier`."""

import sys

from ranvier.cli import main

sys.exit(main())
