"""What runs on the other side: the standard library and NumPy only, nothing of gridbench, so that it can run without it."""
