"""The vocabulary of the pipeline: values without behaviour and without I/O."""
