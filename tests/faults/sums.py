"""Counted by hand from the producer's ledger alone, without the models: money and orders of members, messages of groups.

The reference model and the pipeline share their models, so an error in these would be in both; here it would show.
"""

from collections import Counter, defaultdict

from tests.faults.books import Books, Entry, Identity
from tests.faults.sent import Sent
from tests.faults.verdict import Difference, Verdict


def compare(books: Books, verdict: Verdict) -> None:
    """Sums of what was acknowledged against what holds at the end. Not compared where sends ended unknown."""
    if any(not entry.acked for entry in books.ledger):
        verdict.notes["sends with an unknown end"] = sum(not entry.acked for entry in books.ledger)
        return
    events = [entries[0] for entries in books.by_id.values()]
    _money(books, verdict, events)
    _messages(books, verdict, events)


def _money(books: Books, verdict: Verdict, events: list[Sent]) -> None:
    balance: dict[Identity, Counter[str]] = defaultdict(Counter)
    for event in events:
        if event.member_id is not None:
            orders = balance[event.brand_id, event.member_id]
            if event.order_id is not None:
                orders[event.order_id] += (event.paid_fen or 0) - (event.refund_fen or 0)
    held = _latest(books)
    found = []
    for who, orders in balance.items():
        want = sum(orders.values()), sum(fen > 0 for fen in orders.values())
        profile = held.get(who)
        have = None if profile is None else (profile["revenue_fen"], profile["orders"])
        if want != have:
            sort = "lost" if have is None or have[0] < want[0] else "doubled"
            text = f"{who}: revenue and orders are {have}, the ledger says {want}"
            found.append(Difference(sort, "sums", text, who))
    verdict.add("sums", len(balance), found)


def _latest(books: Books) -> dict[Identity, Entry]:
    if books.stored:
        return {(row["brand_id"], row["member_id"]): row for row in books.table("member_profiles")}
    held: dict[Identity, Entry] = {}
    for record in books.topic("member-profiles"):
        fact = record["value"]
        known = held.get((fact["brand_id"], fact["member_id"]))
        if known is None or fact["version"] >= known["version"]:
            held[fact["brand_id"], fact["member_id"]] = fact
    return held


def _messages(books: Books, verdict: Verdict, events: list[Sent]) -> None:
    wanted: Counter[Identity] = Counter()
    for event in events:
        if event.type == "message" and event.group_id is not None:
            wanted[event.brand_id, event.group_id] += 1
    windows: dict[Identity, Entry] = {}
    for record in books.topic("group-stats"):
        fact = record["value"]
        window = fact["brand_id"], fact["group_id"], fact["window_start"], fact["part"]
        if window not in windows or fact["version"] >= windows[window]["version"]:
            windows[window] = fact
    had: Counter[Identity] = Counter()
    for (brand, group, *_), fact in windows.items():
        had[brand, group] += fact["messages"]
    found = [
        Difference(
            "lost" if had[who] < number else "doubled", "sums",
            f"{who}: {had[who]} messages, the ledger says {number}", who,
        )
        for who, number in wanted.items()
        if had[who] != number
    ]  # fmt: skip
    verdict.add("sums", len(wanted), found)
