"""What the law says: a bitemporal register of measures, and the resolver that folds their events into answers.

State is never stored. Every answer is derived from events, each with three clocks: legal time (when it takes effect),
public time (when anyone could know it) and recorded time (when this register learnt it).
"""
