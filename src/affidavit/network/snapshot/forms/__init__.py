"""Tables of networks, countries, providers and owners, each with its date: built, opened, asked as of a date."""
