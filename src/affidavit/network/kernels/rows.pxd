"""Rows that kernels of packet captures share, in the order of `capture.layout`, and numbers of network order."""

cdef struct Frame:
    long long at
    long long begin
    long long size
    long long whole
    long long time
    long long app
    long long label
    int link
    int seen


cdef struct Packet:
    unsigned long long source_high
    unsigned long long source_low
    unsigned long long target_high
    unsigned long long target_low
    long long begin
    long long size
    long long whole
    unsigned int sequence
    int source
    int target
    int version
    int protocol
    int flags
    int row
    int side


cdef struct Flow:
    unsigned long long source_high
    unsigned long long source_low
    unsigned long long target_high
    unsigned long long target_low
    unsigned long long mark
    long long number
    long long at
    long long frame
    long long first
    long long last
    long long app
    int source
    int target
    int version
    int protocol
    int used
    int recent
    int client
    int sure
    int ended
    int kind
    int odd
    int unused


cdef struct Half:
    long long bytes
    long long packets
    long long window
    long long next
    unsigned int base
    unsigned int opened
    int known
    int mode
    int asked
    int unused


cdef inline int big16(const unsigned char[:] data, Py_ssize_t at):
    return (<int>data[at] << 8) | data[at + 1]


cdef inline unsigned int big32(const unsigned char[:] data, Py_ssize_t at):
    return (
        (<unsigned int>data[at] << 24) | (<unsigned int>data[at + 1] << 16) | (<unsigned int>data[at + 2] << 8) | data[at + 3]
    )


cdef inline int pair(bytes data, Py_ssize_t at):
    """Two bytes as a number."""
    return (<int><unsigned char>data[at] << 8) | <unsigned char>data[at + 1]
