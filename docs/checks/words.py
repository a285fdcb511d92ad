"""Both languages of what pages are generated from: the code speaks English, `words.yaml` gives the Chinese."""

from pathlib import Path
from typing import Final, Literal

from checks.texts import read

Lang = Literal["en", "zh"]

WORDS: Final = Path(__file__).parent / "words.yaml"


class Words:
    """Says texts in one language; what it cannot say is noted in `missing`."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.missing: list[str] = []
        content = read(WORDS)
        self._zh: dict[str, str] = content["zh"]
        self._both: dict[str, dict[str, list[str]]] = {name: content[name] for name in ("reasons", "columns")}

    def say(self, text: str) -> str:
        """A text of the code, in this language."""
        line = " ".join(text.split()).replace("``", "`")
        if self.lang == "en" or not any(char.isalpha() for char in line):
            return line
        if line not in self._zh:
            self.missing.append(f"{WORDS.name} has no Chinese for: {line}")
            return line
        return self._zh[line]

    def own(self, group: str, name: str) -> str:
        """What `words.yaml` itself says of `name`, because the code has no text for it."""
        found = self._both[group].get(name)
        if found is None:
            self.missing.append(f"{WORDS.name}: {group} has no {name}")
            return ""
        return found[0 if self.lang == "en" else 1]
