"""Decisions: pure values and functions of events and of a time passed in.

Nothing here reads a clock, a file or the environment, draws a random number or logs. `models.members` is the door
for what concerns one member, `models.groups` for what concerns a group.
"""
