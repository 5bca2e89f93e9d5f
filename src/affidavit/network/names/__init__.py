"""What traffic says of its names: TLS, QUIC, DNS and HTTP messages."""
