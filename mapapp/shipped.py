"""Where the shipped folders are: found both in a checkout and in an installed wheel."""

from pathlib import Path

from mapapp.errors import NotFound

HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder `name` ("templates", "geodata") that came with the program.

    In a wheel it lies inside the package, in a checkout beside it.
    """
    for folder in (HERE / name, HERE.parent / name):
        if folder.is_dir():
            return folder
    raise NotFound("shipped_folder_missing", name=name)
