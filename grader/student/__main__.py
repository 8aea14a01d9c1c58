"""Starts the server; its settings come as JSON in the only argument."""

import json
import sys

from server import main

main(json.loads(sys.argv[1]))
