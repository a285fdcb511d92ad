"""Features that a rule describes (counts, sums, shares, lifts, commonest words), as SQL over the marks of a member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.recompute.counted import SORTS_OF_ORDERS
from streams.recompute.days import NamedDays, during_id
from streams.recompute.ids import shared_id
from streams.recompute.literal import literal


@dataclass
class Tallies:
    """Columns of marks that features need, gathered while these are written down."""

    days: NamedDays
    columns: dict[str, str] = field(default_factory=dict)
    """Name -> an aggregate over the marks of a member."""
    told_apart: set[str] = field(default_factory=set)
    """Ids that the file describes with several ``least`` or ``with_share``, which then go into the id."""

    def feature(self, parts: Mapping[str, Any]) -> tuple[str, str]:
        """Id of the feature that a condition describes, and its SQL."""
        if "count" in parts:
            what, word = parts["count"], parts.get("word")
            about = what if word is None else f"{what}={word}"
            if "days" not in parts:
                return f"count({about})", self._within(what, word, None)
            return f"count({about},{parts['days']}d{during_id(parts)})", self._during(parts, what, word)
        if "sum" in parts:
            return f"sum({parts['sum']},{parts['days']}d{during_id(parts)})", self._during(
                parts, parts["sum"]
            )
        if "lift" in parts:
            return self._lift(parts)
        if "dear" in parts or "price" in parts:
            return self._price(parts)
        if "days_since" in parts:
            what, word = parts["days_since"], parts.get("word")
            return f"days_since({what if word is None else f'{what}={word}'})", self._since(what, word)
        if "distinct" in parts:
            what, days = parts["distinct"], parts["days"]
            where = f"what = '{what}' AND today - day BETWEEN 0 AND {days - 1}"
            if parts.get("each", 1) > 1:
                words = self._column(f"words {what} {days}", f"sumMapIf([word], [amount], {where})")
                counted = f"toInt64(arrayCount(one -> one >= {parts['each']}, {words}.2))"
                return f"distinct({what},{days}d,each={parts['each']})", counted
            return f"distinct({what},{days}d)", self._column(
                f"distinct {what} {days}", f"uniqExactIf(word, {where})"
            )
        if "share" in parts:
            return self._share(parts)
        return self._top(parts)

    def _share(self, parts: Mapping[str, Any]) -> tuple[str, str]:
        sides = [one if isinstance(one, list) else [one] for one in (parts["share"], parts["of"])]
        part = " + ".join(self._during(parts, what) for what in sides[0])
        whole = " + ".join(self._within(what, None, parts["days"]) for what in sides[1])
        return shared_id(
            parts, self.told_apart
        ), f"if(({whole}) < {max(parts.get('least', 1), 1)}, NULL, ({part}) / ({whole}))"

    def _lift(self, parts: Mapping[str, Any]) -> tuple[str, str]:
        whole, days = self._within(parts["lift"], None, parts["days"]), parts["days"]
        rare = f"toInt64(arrayCount(gone -> {self.days.holds(parts, '(today - gone)')}, range({days})))"
        good = f"({whole}) >= {max(parts.get('least', 1), 1)} AND {rare} > 0"
        lift = f"({self._during(parts, parts['lift'])}) * {days} / (({whole}) * {rare})"
        return shared_id(parts, self.told_apart), f"if({good}, {lift}, NULL)"

    def _price(self, parts: Mapping[str, Any]) -> tuple[str, str]:
        days = parts["days"]
        where = f"what = 'priced' AND today - day BETWEEN 0 AND {days - 1}"
        paid = self._column(f"priced {days}", f"sumMapIf([word], [amount], {where})")
        price, category = "toInt64(splitByChar(' ', word)[1])", "substring(word, position(word, ' ') + 1)"
        if "price" in parts:
            of = "1" if parts["price"] == "*" else f"{category} = {literal(parts['price'])}"
            found = f"arrayMap(word -> {price}, arrayFilter(word -> {of}, {paid}.1))"
            return f"price({parts['price']},{days}d)", f"if(empty({found}), NULL, arrayMax({found}))"
        limits = {name: limit for name, limit in parts["dear"].items() if name != "*"}
        words, at = (
            ", ".join(map(one, limits)) for one in (literal, lambda name: f"{float(limits[name])!r}")
        )
        other = repr(float(parts["dear"].get("*", 1e300)))
        limit = f"transform({category}, [{words}], [{at}], {other})" if limits else other
        spent = f"arraySum((word, fen) -> if({price} >= {limit}, fen, 0), {paid}.1, {paid}.2)"
        whole = self._within("goods_fen", None, days)
        id_ = f"dear({days}d)"
        if id_ in self.told_apart:
            id_ = f"dear({days}d{''.join(f',{name}={at}' for name, at in parts['dear'].items())})"
        return id_, f"if(({whole}) = 0, NULL, {spent} / ({whole}))"

    def _top(self, parts: Mapping[str, Any]) -> tuple[str, str]:
        what, days = parts["top"], parts["days"]
        where = f"what = '{what}' AND today - day BETWEEN 0 AND {days - 1}"
        words = self._column(f"words {what} {days}", f"sumMapIf([word], [amount], {where})")
        most = f"arrayMax({words}.2)"
        least, share = parts.get("least", 1), parts.get("with_share", 0.0)
        good = f"length({words}.1) > 0 AND {most} >= {least} AND {most} >= {share!r} * arraySum({words}.2)"
        return shared_id(parts, self.told_apart), f"if({good}, {words}.1[indexOf({words}.2, {most})], NULL)"

    def _during(self, parts: Mapping[str, Any], what: str, word: str | None = None) -> str:
        """The same on the days to which a condition is confined, if it is."""
        return self._within(what, word, parts["days"], parts)

    def _within(
        self, what: str, word: str | None, days: int | None, confined: Mapping[str, Any] | None = None
    ) -> str:
        confined = confined or {}
        if what in SORTS_OF_ORDERS:
            of, only = _days_of(what), self.days.holds(confined, "one")
            within = "1" if days is None else f"today - one BETWEEN 0 AND {days - 1}"
            within += "" if only is None else f" AND {only}"
            return f"toInt64(arrayCount(one -> {within}, {of}))"
        only = self.days.holds(confined, "day")
        where = f"what = '{what}'" + ("" if word is None else f" AND word = {literal(word)}")
        if days is not None:
            where += f" AND today - day BETWEEN 0 AND {days - 1}"
        where += "" if only is None else f" AND {only}"
        name = f"sum {what} {word or ''} {days or ''}{during_id(confined)}"
        return self._column(name, f"sumIf(amount, {where})")

    def _since(self, what: str, word: str | None) -> str:
        if what in SORTS_OF_ORDERS:
            of = _days_of(what)
            return f"if(length({of}) = 0, NULL, today - arrayMax({of}))"
        where = f"what = '{what}'" + ("" if word is None else f" AND word = {literal(word)}")
        last = self._column(
            f"last {what} {word or ''}", f"if(countIf({where}) = 0, NULL, maxIf(day, {where}))"
        )
        return f"(today - {last})"

    def _column(self, name: str, sql: str) -> str:
        self.columns[name] = sql
        return f"tallied.`{name}`"


def _days_of(what: str) -> str:
    return "bought.order_days" if what == "net_order" else f"bought.days_of_{what}"
