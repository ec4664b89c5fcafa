"""One run as one page: its days beside the oracle's, where its money went, every violation, what it lost."""
