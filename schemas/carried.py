"""Contracts carried over to msgspec: types that accept at most what the pydantic models accept.

Pydantic's models are the contract. What is made of them here reads the same events five times faster and is never more
lenient: a constraint that msgspec can state is stated, a field that it cannot judge may only be null or absent, and a
field that the contract does not name is not taken at all. Whatever these types refuse, the contract itself judges.
"""

from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec
from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import AfterValidator, BaseModel, PlainValidator, WithJsonSchema
from pydantic.fields import FieldInfo

from schemas.fields import real_day
from schemas.times import EARLIEST_MS, LATEST_MS, to_ms

_JUDGES: Final[dict[Any, Any]] = {
    to_ms: Annotated[int, msgspec.Meta(ge=EARLIEST_MS, le=LATEST_MS)] | str,
    real_day: date,
}
"""Our own checks, and what msgspec has for them; an instant as text is then read by `to_ms` itself."""

_MOST: Final = 2**63 - 1
"""msgspec compares with 64 bits signed; above, only the contract can say."""


class NotCarried(Exception):
    """Msgspec has no type that accepts at most the same."""


def union_of(models: tuple[type[BaseModel], ...]) -> Any:
    """A union of structs, one for each ``type`` that `models` name, told apart by it."""
    structs = []
    for model in models:
        base = _struct(model, without="type")
        structs += [
            msgspec.defstruct(model.__name__, [], bases=(base,), tag_field="type", tag=tag, kw_only=True,
                              gc=False, forbid_unknown_fields=True)
            for tag in get_args(model.model_fields["type"].annotation)
        ]  # fmt: skip
    return Union[tuple(structs)]  # noqa: UP007 - made at run time


def _struct(model: type[BaseModel], without: str | None = None) -> type[msgspec.Struct]:
    fields: list[Any] = []
    instants: list[str] = []
    for name, field in model.model_fields.items():
        if name == without:
            continue
        annotation = _carried_or_null(field)
        fields.append((name, annotation) if field.is_required() else (name, annotation, field.default))
        if _is_instant(field.rebuild_annotation()):
            instants.append(name)
    namespace = {"__post_init__": _reader_of(tuple(instants))} if instants else {}
    return msgspec.defstruct(model.__name__, fields, namespace=namespace, kw_only=True, gc=False,
                             forbid_unknown_fields=True)  # fmt: skip


def _is_instant(annotation: Any) -> bool:
    metadata = _flat(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else []
    return any(isinstance(one, PlainValidator) and one.func is to_ms for one in metadata) or any(
        _is_instant(one) for one in get_args(annotation) if get_origin(annotation) in (Union, UnionType)
    )


def _reader_of(names: tuple[str, ...]) -> Any:
    """What msgspec calls with a new struct: instants that came as text become ms, or the struct is refused."""

    def read(struct: msgspec.Struct) -> None:
        for name in names:
            value = getattr(struct, name)
            if value.__class__ is str:
                setattr(struct, name, to_ms(value))

    return read


def _carried_or_null(field: FieldInfo) -> Any:
    try:
        return _carried(field.rebuild_annotation())
    except NotCarried:
        if field.is_required() or field.default is not None:
            raise
        return None


def _carried(annotation: Any) -> Any:
    """The msgspec type for a pydantic annotation.

    Raises:
        NotCarried: there is none that accepts at most the same.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _constrained(arguments[0], _flat(arguments[1:]))
    if origin in (Union, UnionType):
        return Union[tuple(_carried(one) for one in arguments)]  # noqa: UP007
    if origin is list:
        return list[_carried(arguments[0])]  # type: ignore[misc]
    if origin is Literal or annotation in (str, int, bool, None, NoneType):
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _struct(annotation)
    raise NotCarried(str(annotation))


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    flat: list[Any] = []
    for one in metadata:
        flat += one.metadata if isinstance(one, FieldInfo) else [one]
    return flat


def _constrained(annotation: Any, metadata: list[Any]) -> Any:
    if any(isinstance(one, AfterValidator) and one.func not in _JUDGES for one in metadata):
        raise NotCarried("a check of our own")
    limits: dict[str, Any] = {}
    for one in metadata:
        match one:
            case PlainValidator() | AfterValidator() if one.func in _JUDGES:
                return _JUDGES[one.func]
            case MinLen():
                limits["min_length"] = one.min_length
            case MaxLen():
                limits["max_length"] = one.max_length
            case Ge():
                limits["ge"] = one.ge
            case Le(le=int(most)):
                limits["le"] = min(most, _MOST)
            case WithJsonSchema():
                pass
            case _ if isinstance(getattr(one, "pattern", None), str):
                limits["pattern"] = one.pattern.removesuffix("$") + r"\Z"  # Python's $ allows a last new line
            case _:
                raise NotCarried(repr(one))
    carried = _carried(annotation)
    return Annotated[carried, msgspec.Meta(**limits)] if limits else carried
