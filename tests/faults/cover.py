"""Ledger 2: every acknowledged offset is covered, by a stored event or by a dead letter, and nothing else is there."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from tests.faults.books import Books, Entry, Identity
from tests.faults.sent import Sent
from tests.faults.verdict import Difference, Verdict


def forwarded(books: Books, verdict: Verdict) -> None:
    """Intake: each acknowledged good record is in ``member-events``, and in ``group-events`` if it names a group, in one
    partition of it, with its very bytes, behind those of lower offsets of its source."""
    repeats = 0
    for topic in ("member-events", "group-events"):
        wanted = {
            books.place(entry): entry
            for entry in books.ledger
            if entry.acked and entry.good and (topic == "member-events" or entry.group_id is not None)
        }
        seen: dict[str, tuple[int, str]] = {}
        last: dict[tuple[int, str], int] = defaultdict(lambda: -1)
        found: list[Difference] = []
        for record in books.topic(topic):
            for source, offset, _, sha in record["value"]["rows"]:
                place, partition = f"{source}:{offset}", record["partition"]
                if place in seen:
                    repeats += 1
                    if seen[place] != (partition, sha):
                        found.append(
                            Difference("wrong", topic, f"{place} was forwarded in two ways", (place,))
                        )
                    continue
                seen[place] = partition, sha
                if offset < last[partition, source]:
                    text = f"{place} comes behind {source}:{last[partition, source]} in partition {partition}"
                    found.append(Difference("wrong", topic, text, (place,)))
                last[partition, source] = max(offset, last[partition, source])
        found += _compared(books, topic, wanted, {place: sha for place, (_, sha) in seen.items()})
        verdict.add(topic, len(wanted), found)
    verdict.notes["rows forwarded again"] = repeats


def _compared(books: Books, topic: str, wanted: dict[str, Sent], seen: dict[str, str]) -> list[Difference]:
    found = []
    hashes = {entry.sha256 for entry in books.ledger if entry.good}
    for place, entry in wanted.items():
        if place not in seen:
            text = f"{place} ({entry.event_id}) was acknowledged and not forwarded"
            found.append(Difference("lost", topic, text, (place, entry.event_id or "")))
        elif seen[place] != entry.sha256:
            found.append(Difference("wrong", topic, f"{place} has other bytes than were sent", (place,)))
    for place in seen.keys() - wanted.keys():
        if (
            seen[place] not in hashes
        ):  # a producer's own retry stands at an offset that its ledger does not know
            found.append(Difference("doubled", topic, f"{place} was forwarded and never sent", (place,)))
    return found


def letters(books: Books, verdict: Verdict) -> None:
    """Each acknowledged bad record is a dead letter with its hash and bytes, on the topic and in the store; no good one is."""
    wanted = {books.place(entry): entry for entry in books.ledger if entry.acked and not entry.good}
    good = {books.place(entry) for entry in books.ledger if entry.acked and entry.good}
    shelves: dict[str, Iterable[Entry]] = {
        "dead-letters": (record["value"] for record in books.topic("dead-letters"))
    }
    if books.stored:
        shelves["dead_letters"] = books.table("dead_letters")
    for name, told in shelves.items():
        found: list[Difference] = []
        seen: dict[str, Entry] = {}
        for letter in told:
            seen[f"{letter['topic'].removeprefix(books.prefix)}:{letter['partition']}:{letter['offset']}"] = (
                letter
            )
        for place, entry in wanted.items():
            letter = seen.get(place)
            if letter is None:
                found.append(Difference("lost", name, f"{place} is bad and no dead letter", (place,)))
            elif letter["value_sha256"] != entry.sha256 or not _same_bytes(letter, entry):
                found.append(Difference("wrong", name, f"the letter of {place} has other bytes", (place,)))
        for place in seen.keys() & good:
            text = (
                f"{place} was good and became a dead letter: {seen[place]['stage']}, {seen[place]['detail']}"
            )
            found.append(Difference("lost", name, text, (place,)))
        verdict.add(name, len(wanted) + len(good), found)


def _same_bytes(letter: Entry, entry: Sent) -> bool:
    kept = letter.get("value_base64", letter.get("value"))
    return (kept or "") == (entry.raw or "") or len(kept or "") < len(entry.raw or "")


def stored(books: Books, verdict: Verdict) -> None:
    """The table ``events``: each event acknowledged once or more is one row under FINAL, with the bytes of a send of it."""
    if not books.stored:
        return
    found: list[Difference] = []
    rows: dict[Identity, int] = defaultdict(int)
    for row in books.table("events"):
        known = row["brand_id"], row["event_id"]
        rows[known] += 1
        if known in books.by_id and all(row["sha256"] != entry.sha256 for entry in books.by_id[known]):
            found.append(Difference("wrong", "events", f"{known} is stored with other bytes", (known[1],)))
    sent = books.sent_once()
    for known in sent:
        if known not in rows:
            found.append(
                Difference("lost", "events", f"{known} was acknowledged and is not stored", (known[1],))
            )
    for known, times in rows.items():
        if times > 1:
            found.append(Difference("doubled", "events", f"{known} is stored {times} times", (known[1],)))
        if known not in books.by_id:
            found.append(
                Difference("doubled", "events", f"{known} is stored and was never sent", (known[1],))
            )
    verdict.add("events", len(sent), found)


def surplus(books: Books, verdict: Verdict) -> None:
    """Rows that are there more often than the log holds them: an insert that was made twice.

    FINAL folds them, so this is no doubled fact, but the token should have prevented it. The store of a plant does not merge.
    """
    if not books.stored:
        return
    places: Counter[tuple[Any, ...]] = Counter()
    for record in books.topic("member-events"):
        for source, offset, *_ in record["value"]["rows"]:
            kind, _, partition = source.partition(":")
            places[books.prefix + kind, int(partition), offset] += 1
    more = sum(
        max(0, times - places[topic, partition, offset])
        for topic, partition, offset, times in books.physical.get("events", [])
    )
    for table, stands in books.physical.items():
        if table != "events":
            more += sum(times - 1 for *_, times in stands)
    verdict.notes["rows inserted twice"] = more
