"""Host to owner, address to network, operator, service and votes on the country; how strong each claim is."""
