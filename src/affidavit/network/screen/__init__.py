"""What of a provider's or an enterprise's own records touches a listed app."""
