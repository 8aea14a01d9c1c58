"""The package for students: a folder ready to be their public repository, and the same as a zip.

build     everything that belongs into it: library, notebooks, texts, environment
colab     the cell with which a notebook installs the course on Colab
links     where the students' repository is, and the addresses that open a notebook of it
project   pyproject.toml with only what students need
secrets   what must never be in it: solutions and hidden tests
publish   from a finished folder to the published one, the zip and the checksums

files/    the texts that exist for students alone
"""


class PackageError(Exception):
    """The package cannot be written; the text says why and what to do."""
