"""Commands: thin; each calls what the library offers."""
