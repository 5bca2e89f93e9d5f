"""Exit codes: few, documented, tested; never a count."""

DONE = 0
FAILED = 1
USAGE = 2
UNDETERMINED = 3
UNREADABLE = 4
NOTHING_GIVEN = 5
INTERNAL = 70
"""As sysexits.h has it: EX_SOFTWARE."""
INTERRUPTED = 130
"""As shells have it: 128 and the number of SIGINT."""
