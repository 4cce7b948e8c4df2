from tests.benchmarks.goals import Finding, Samples, alternate
from tests.benchmarks.table import as_table


def test_a_line_shows_both_raw_numbers_the_ratio_and_the_verdict() -> None:
    met = Finding("P1", "list", 30.0, 20.0, 1.5, "ms")
    missed = Finding("P8", "page", 1234.0, 1000.0, 1.1, "ms")
    lines = as_table([met, missed]).splitlines()
    assert lines[2].split() == ["P1", "list", "30.00", "ms", "20.00", "ms", "1.50", "1.50", "met"]
    assert lines[3].split() == ["P8", "page", "1,234", "ms", "1,000", "ms", "1.23", "1.10", "MISSED"]


def test_both_sides_are_measured_in_turn() -> None:
    turns: list[str] = []

    def side(name: str) -> float:
        turns.append(name)
        return float(len(turns))

    first, second = alternate(lambda: side("a"), lambda: side("b"), rounds=5)
    assert "".join(turns) == "ab" * 6
    assert (len(first.values), len(second.values)) == (5, 5)


def test_the_p95_is_the_value_that_95_of_100_do_not_exceed() -> None:
    assert Samples(list(range(1, 101))).p95 == 95
    assert Samples([3.0, 1.0, 2.0]).p95 == 3.0
    assert Samples([3.0, 1.0, 2.0]).p50 == 2.0
