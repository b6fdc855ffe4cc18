"""The web page, one part a file; a view over `rag`, without logic of its own."""
