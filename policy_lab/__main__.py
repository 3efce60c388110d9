"""``python -m policy_lab`` is the command line, where the ``policy-lab`` script is not on the path."""

import sys

from policy_lab.cli import main

sys.exit(main())
