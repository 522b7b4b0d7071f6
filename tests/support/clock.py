"""Time for tests, which passes only when somebody sleeps or lets it."""


class Clock:
    """Stands in for the module `time` as far as waiting uses it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def pass_(self, seconds: float) -> None:
        self.now += seconds
