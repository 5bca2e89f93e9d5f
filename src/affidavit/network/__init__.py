"""Who serves it: captures read, names taken from traffic, addresses attributed, personal data found on its way."""
