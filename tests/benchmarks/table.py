"""The one table that `make bench` prints."""

from collections.abc import Sequence

from tests.benchmarks.goals import Finding

HEAD = ("goal", "what", "measured", "against", "ratio", "limit", "verdict")


def as_table(findings: Sequence[Finding]) -> str:
    rows = [HEAD, *(_row(finding) for finding in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.name,
        finding.goal,
        _number(finding.measured, finding.unit),
        _number(finding.against, finding.unit),
        f"{finding.ratio:.2f}",
        f"{finding.limit:.2f}",
        "met" if finding.is_met else "MISSED",
    )


def _number(value: float, unit: str) -> str:
    return f"{value:,.{0 if value >= 100 else 2}f} {unit}".rstrip()
