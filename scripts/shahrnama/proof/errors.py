"""What may go wrong in a proof."""


class ProofError(Exception):
    """Base of the errors of this package; the message says what, where and what to do."""


class SlowPatternError(ProofError):
    """A regular expression took more than its second of CPU on one cell."""

    def __init__(self, pattern: str, where: str = "a field") -> None:
        super().__init__(
            f"{where}: the pattern {pattern!r} takes longer than a second on one cell; rewrite it without nested or "
            "adjoining repetitions"
        )
        self.pattern = pattern


class UnprovableError(ProofError):
    """Frictionless itself must read this table, for the reason in the message; never leaves `validate`."""
