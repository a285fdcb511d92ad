"""The population behind P(alive) as a file: what `qunpulse fit` writes and the workers read."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.palive import Spread

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

FORMAT: Final = 1


class PopulationWrong(ValueError):
    """A file that cannot be used; the text names file and field."""


class Population(BaseModel):
    """A fit of MBG/NBD (formulas 4.2), in weeks, with what it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = FORMAT
    model: Literal["mbg"] = "mbg"
    unit: Literal["week"] = "week"
    r: Positive
    alpha: Positive
    a: Positive
    b: Positive
    acts: Literal["activity", "orders"]
    brand_id: str | None = None
    until: str
    """Last day, local, that was looked at."""
    members: int
    log_likelihood: float

    @property
    def spread(self) -> Spread:
        """The four parameters."""
        return Spread(self.r, self.alpha, self.a, self.b)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        part = path.with_name(f".{path.name}.part")
        part.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            PopulationWrong: it is no such file.
            OSError: it cannot be read.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise PopulationWrong(f"{path}: {where}: {first['msg']}") from None
