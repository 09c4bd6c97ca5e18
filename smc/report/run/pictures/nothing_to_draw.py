"""Why a picture is not there."""

from smc.errors import SmcError


class NothingToDrawError(SmcError):
    """A run does not hold what a picture shows; the report says so in the picture's place."""

    reason = "nothing_to_draw"
