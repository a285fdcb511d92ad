"""The accuracy of the churn flags told as JSON, as metrics, or as text for a person."""

from typing import Any

from streams.accuracy import BANDS, Accuracy


def report(found: Accuracy) -> dict[str, Any]:
    """Everything that was found; null is unknown."""
    return {
        "horizon_days": found.horizon_days,
        "events": found.events,
        "members": found.members,
        "flags": [
            {
                "tag": flag.tag,
                "decided": flag.right + flag.wrong,
                "right": flag.right,
                "precision": flag.precision,
                "silences": flag.silences,
                "found": flag.found,
                "recall": flag.recall,
                "lead_days": flag.lead_days,
            }
            for flag in found.flags.values()
        ],
        "p_alive": [
            {
                "from": band.low,
                "to": round(band.low + 1 / BANDS, 1),
                "looks": band.looks,
                "p_alive": band.sum / band.looks if band.looks else None,
                "seen_again": band.seen_again / band.looks if band.looks else None,
            }
            for band in found.bands
        ],
    }


def as_text(content: dict[str, Any]) -> str:
    """A report for a person."""
    days = content["horizon_days"]
    lines = [
        f"{content['events']} events of {content['members']} members; a member is lost after {days} days without an own act",
        "",
        f"{'flag':<24}{'flags':>7}{'right':>7}{'precision':>11}{'silences':>10}{'found':>7}{'recall':>8}{'lead, days':>12}",
    ]
    for flag in content["flags"]:
        lines.append(
            f"{flag['tag']:<24}{flag['decided']:>7}{flag['right']:>7}{_text(flag['precision']):>11}"
            f"{flag['silences']:>10}{flag['found']:>7}{_text(flag['recall']):>8}{_text(flag['lead_days'], 1):>12}"
        )
    lines += ["", f"{'P(alive)':<12}{'looks':>8}{'mean':>8}{'seen again':>12}"]
    for band in content["p_alive"]:
        name = f"{band['from']:.1f} to {band['to']:.1f}"
        lines.append(
            f"{name:<12}{band['looks']:>8}{_text(band['p_alive']):>8}{_text(band['seen_again']):>12}"
        )
    return "\n".join(lines)


def as_metrics(content: dict[str, Any]) -> str:
    """The report in Prometheus' text format, for a textfile collector; what is unknown is left out."""
    lines: list[str] = []
    for name, about in (
        ("precision", "Share of churn flags after which the member was silent for the horizon."),
        ("recall", "Share of silences in which the flag entered before the horizon was over."),
        ("lead_days", "Median days from the flag to the end of the horizon."),
    ):
        metric = f"qunpulse_churn_flag_{name}"
        lines += [f"# HELP {metric} {about}", f"# TYPE {metric} gauge"]
        lines += [
            f'{metric}{{tag="{flag["tag"]}"}} {flag[name]:g}'
            for flag in content["flags"]
            if flag[name] is not None
        ]
    metric = "qunpulse_p_alive_seen_again"
    lines += [f"# HELP {metric} Share seen again within the horizon, by P(alive).", f"# TYPE {metric} gauge"]
    lines += [
        f'{metric}{{from="{band["from"]:.1f}"}} {band["seen_again"]:g}'
        for band in content["p_alive"]
        if band["seen_again"] is not None
    ]
    return "\n".join(lines) + "\n"


def _text(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
