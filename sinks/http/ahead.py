"""What is missing for a tag, as an answer and as a sentence."""

from sinks.http.answers import Ahead, Missing
from sinks.http.explain import COMPARISONS, Lang, moment, text
from sinks.http.store import Row


def coming(row: Row, lang: Lang | None) -> Ahead:
    """A row of `sinks.http.rulebook.Rulebook.ahead` as the API tells it."""
    told = Ahead.model_validate(row)
    told.sentence = None if lang is None else sentence(told, lang)
    return told


def sentence(told: Ahead, lang: Lang) -> str:
    """What is missing in words; times are in UTC and say so."""
    parts = [_missing(one, lang) for one in told.missing]
    if lang == "zh":
        return f"「{told.name_zh}」尚缺：{'；'.join(parts)}。"
    return f"“{told.name_en}” would enter with {'; '.join(parts)}."


def _missing(one: Missing, lang: Lang) -> str:
    wanted = f"{_words(one.wanted, lang)} {text(one.threshold, lang)}"
    if lang == "zh":
        when = f"，随时间推移将于 {moment(one.at)} 满足" if one.at else ""
        return f"{one.name_zh}{wanted}（现为 {text(one.value, lang)}{when}）"
    when = f", which time alone brings at {moment(one.at)}" if one.at else ""
    return f"{one.name_en} {wanted} (it is {text(one.value, lang)}{when})"


def _words(comparison: str, lang: Lang) -> str:
    negated, _, plain = comparison.rpartition(" ")
    word = COMPARISONS[lang].get(plain, plain)
    if not negated:
        return word
    return f"不{word}" if lang == "zh" else f"not {word}"
