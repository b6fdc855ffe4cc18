"""Reports in, index out. Nothing in this package imports `rag`."""
