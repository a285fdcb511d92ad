"""The two kinds of contract: what comes in (`Contract`) and what goes out (`Fact`).

How they may change is decided by who upgrades first.

* **Inputs are backward compatible**: new code reads every old event. A field may be added if it is optional;
  nothing becomes required, no enum word is taken away, no field changes its type. Readers are open: an
  unknown field is kept.
* **Outputs are forward compatible**: old readers read new facts. A field may be added; none is removed,
  renamed or retyped. Writers are closed: we never send a field that the contract does not name. A reader must
  expect enum words and fields that it does not know.

Anything else is a new topic. ``tests/schemas/golden`` holds each released version; a test compares with it.
"""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict
from pydantic_core import SchemaSerializer

_set = object.__setattr__  # past the guard of frozen models


class Contract(BaseModel):
    """What others send us: frozen, strictly typed (``"1"`` is no integer), open to fields we do not know."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="allow",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class Fact(BaseModel):
    """Something we state: frozen, closed, named by an identity that is a pure function of the input.

    The same statement made twice has the same `identity`, so a repeat after a crash is the same row and not a
    second one. Times are integer ms since the epoch, UTC; money is integer fen.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    schema_version: int = 1
    """Version of this contract; adding a field does not raise it, since readers take what they know."""

    _blank: ClassVar[dict[str, Any]]
    _needed: ClassVar[frozenset[str]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls._blank = {name: field.default for name, field in cls.model_fields.items()}
        cls._needed = frozenset(name for name, field in cls.model_fields.items() if field.is_required())

    @classmethod
    def model_construct(  # type: ignore[override]  # the mypy plugin gives each class its own signature
        cls, _fields_set: set[str] | None = None, **values: Any
    ) -> Self:
        """A fact of values that the caller vouches for: nothing is checked but the names.

        Pydantic's own version walks the fields in Python and takes twice as long.

        Raises `TypeError` when a field is missing or unknown.
        """
        blank = cls._blank
        content = blank | values
        complete = len(content) == len(blank) and (len(values) == len(blank) or cls._needed <= values.keys())
        if not complete:
            wrong = (cls._needed - values.keys()) | (values.keys() - blank.keys())
            raise TypeError(f"{cls.__name__}: fields missing or unknown: {', '.join(sorted(wrong))}")
        fact = cls.__new__(cls)
        _set(fact, "__dict__", content)
        _set(fact, "__pydantic_fields_set__", set(values) if _fields_set is None else _fields_set)
        _set(fact, "__pydantic_extra__", None)
        _set(fact, "__pydantic_private__", None)
        return fact

    def key(self) -> bytes:
        """Key of the Kafka record; facts about one subject share a key and so stay in order."""
        raise NotImplementedError

    @property
    def identity(self) -> tuple[str | int, ...]:
        """What makes two facts the same fact."""
        raise NotImplementedError


def to_json(fact: Fact) -> bytes:
    """Bytes of the record's value.

    Works on facts from ``model_construct`` too: the hot path builds facts from values that it has just
    computed and does not pay for checking them again.
    """
    serializer: SchemaSerializer = fact.__pydantic_serializer__
    return serializer.to_json(fact)
