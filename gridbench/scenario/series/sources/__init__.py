"""Sources: series out of packages of open data, read as installed or from a downloaded wheel; nothing of them is kept here."""
