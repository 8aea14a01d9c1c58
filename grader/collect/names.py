"""Names of files and students that are safe on every system and in every command."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST, DEEPEST = 120, 8
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"|?*\[\]{}$`\\/\ud800-\udfff\u202a-\u202e\u2066-\u2069]'
)
_JUNK = ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")


class RefusedError(Exception):
    """Something is not taken in; the text says why."""


def safe_path(name: str) -> PurePosixPath:
    """Return a path inside of a folder, with every part a name that all systems accept.

    Raises
    ------
    RefusedError
        If it would lead out of the folder, or is no path.
    """
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise RefusedError("its name leads out of the folder")
    if not parts or len(parts) > DEEPEST:
        raise RefusedError("its name is no path, or has too many folders")
    return PurePosixPath(*map(safe_name, parts))


def safe_name(name: str) -> str:
    """Replace what some system or command would take for something else."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .") or "_"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name) > LONGEST:
        stem, dot, suffix = name.rpartition(".")
        keeps = f"{dot}{suffix}" if stem and len(suffix) < 10 else ""
        name = name[: LONGEST - len(keeps)] + keeps
    return name


def safe_id(name: str) -> str:
    """Make a student's id from a name: plain letters, digits, and _ . - between them.

    Raises
    ------
    RefusedError
        If nothing is left of it.
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", letters).strip("_.-")[:60]
    if not plain:
        raise RefusedError("no student can be told from its name: list it in a roster")
    return f"{plain}_" if _RESERVED.fullmatch(plain) else plain


def is_junk(name: str) -> bool:
    """Tell whether a system or an editor left this file; nobody needs to hear of it."""
    parts = name.replace("\\", "/").split("/")
    return any(part in _JUNK or (part.startswith(".") and part.strip(".")) for part in parts)
