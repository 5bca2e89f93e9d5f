"""How its code reads: tables, instructions and cross references as flat arrays."""
