"""Write a part of your own, its option and its test: python -m smc.new label weekly_move"""

from collections.abc import Sequence

from smc.cli import exits, with_output_option
from smc.errors import place_error
from smc.parts.kinds import GROUPS, kind_of
from smc.usage.new import parser

if __name__ == "__main__":
    parser(GROUPS).parse_args(with_output_option(None))

import sys

from smc.outside.escape import terminal
from smc.parts.written import NewPart


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser(GROUPS).parse_args(with_output_option(arguments))
    with exits():
        part = NewPart.called(kind_of(asked.kind), asked.name, asked.config_dir)
        try:
            part.write()
        except OSError as error:
            raise place_error(error, ".") from error
        written = "\n".join(f"  {path}" for path in part.files)
        typed = "\n".join(f"  {command}\n    {what}" for what, command in part.commands.items())
        sys.stdout.write(
            terminal(
                f"{part.class_name}, {part.kind.called}:\n{written}\n\nIt works as it is. Next:\n{typed}\n"
            )
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
