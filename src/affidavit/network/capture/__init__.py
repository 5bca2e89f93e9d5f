"""How traffic reads: packet captures, HTTP archives and logs as events, and the facts that they fold into."""
