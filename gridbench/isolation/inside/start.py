"""Starts a part of this package by its path: `python start.py keeper|worker ...`, without gridbench on the path."""

import importlib
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
importlib.import_module(f"inside.{sys.argv[1]}").main()
