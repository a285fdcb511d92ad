"""Features and tags of members, worked out from ``events`` in SQL: the other side of `streams.compare`.

Nothing of the models' decisions is used: features are SQL over events, and a rule's condition becomes SQL from the text of
the rule file itself. So a mistake in `models` cannot hide in its own check.
"""
