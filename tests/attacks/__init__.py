"""Reports that try to give orders, and what happens when they are asked about."""
