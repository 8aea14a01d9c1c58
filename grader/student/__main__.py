"""Starts the server; its settings come as JSON on standard input."""

import json
import sys

from server import main

main(json.load(sys.stdin))
