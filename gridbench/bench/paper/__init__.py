"""Published optimisation results, computed again: the table that `gridbench paper oracle` prints."""
