"""An independent reading of a flow's steps. It shares no analysis code with `whole` and `replay`, and no import."""
