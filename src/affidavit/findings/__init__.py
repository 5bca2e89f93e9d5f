"""What it means: rules, which are data, matched on facts; every match keeps its proof tree."""
