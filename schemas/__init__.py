"""What crosses a wire: the contracts of events and facts, and the topics that carry them.

Reading order: `base` (how contracts may change), `fields` and `times` (what a field may hold), `envelope` and one file
per kind, `events` (the one door: bytes in, event or reason out), `facts` (what we state), `topics` (where it all goes).
`rows` and `view` are the fast path behind the door.

The JSON Schemas in ``json/`` and ``asyncapi.json`` are written by ``python -m schemas.generate``; ``examples/`` holds
an event of every type, every way to be refused, and every fact.
"""
