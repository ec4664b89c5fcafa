"""Submissions: filing a bundle's record, verifying what others filed, and telling what it changes in the table."""
