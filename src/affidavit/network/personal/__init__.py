"""Personal data in messages: values that are known, through whatever encodings they travel in."""
