"""The one small hierarchy of errors: each message says what, where and what to do."""


class ShahrnamaError(Exception):
    """Base of every error that a user can mend; the CLI prints it as one line and exits with 1."""


class DatasetError(ShahrnamaError):
    """A dataset's folder is not as the contract asks (descriptor, parser, SQL file, sample)."""


class SourceError(ShahrnamaError):
    """A source is down, slow, or answers with something that is not its data."""


class AbsentError(SourceError):
    """A source answers that what was asked for is not there (404, 410): for an extension that it may lack."""


class ParseError(ShahrnamaError):
    """A capture cannot be read as its format."""


class UnexpectedFields(ParseError):  # noqa: N818 the house style's name
    """A record holds a field that is neither read nor ignored by name."""


class ValidationError(ShahrnamaError):
    """A table fails the gate and is not promoted."""


class LoadError(ShahrnamaError):
    """The database cannot be built from the packages."""


class PublishError(ShahrnamaError):
    """Pages or files cannot be made from what was loaded."""


class ServeError(ShahrnamaError):
    """The address to serve on cannot be had."""


class ReleaseError(ShahrnamaError):
    """A release that was asked for is not there."""
