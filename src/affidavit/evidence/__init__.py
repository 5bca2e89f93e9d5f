"""Why you may believe it: derivation, bundle, signature, verification."""
