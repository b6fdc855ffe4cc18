"""Prompt templates, one a file; `rag.prompt` loads them and checks their placeholders."""
