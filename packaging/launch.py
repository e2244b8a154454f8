"""The frozen program's first file: the same door as the `sitewright` command."""

import sys

from ui.__main__ import main

sys.exit(main())
