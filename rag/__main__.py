"""`python -m rag …`, the same as the installed `wenbao`."""

import sys

from rag.cli import main

sys.exit(main())
