"""Code identity: name-free signatures of classes, an index of known code, and what of it an app contains."""
