"""A text in a statement, whatever is in it."""


def hexed(text: str) -> str:
    """The text as an expression of SQL that holds none of its characters, and so nothing to escape."""
    return f"unhex('{text.encode().hex()}')"
