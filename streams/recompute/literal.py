"""Values of a rule file as SQL literals."""


def literal(value: object) -> str:
    """A number, yes or no, or text.

    >>> literal("it's"), literal(True), literal(0.5)
    ("'it\\\\'s'", '1', '0.5')
    """
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
