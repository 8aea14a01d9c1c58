"""The outputs of a student's cells as the notebook keeps them: rebuilt, bounded, masked."""

import re
from collections.abc import Iterator
from typing import Any

from grader.judge.verdict import mask

MOST_OUTPUTS = 60
MOST_PICTURE_CHARACTERS = 2 << 20
_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_PICTURES = ("image/png", "image/jpeg")


def clean_outputs(raw: Any, most: int) -> list[dict[str, Any]]:  # noqa: ANN401
    """Rebuild what a student's process says that a cell has shown.

    Parameters
    ----------
    raw
        Anything; what is no output is left out.
    most
        How many characters of text to keep.

    Returns
    -------
    list of dict
        Outputs in nbformat's form.
    """
    left = {"text": most, "picture": MOST_PICTURE_CHARACTERS}
    outputs = raw[:MOST_OUTPUTS] if isinstance(raw, (list, tuple)) else []
    return [clean for output in outputs for clean in _clean(output, left)]


def error_output(name: str, text: str) -> dict[str, Any]:
    """Make the output of a cell that failed."""
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": text.splitlines()}


def text_output(text: str) -> dict[str, Any]:
    """Make the output of a cell that printed."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def _clean(output: Any, left: dict[str, int]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            if text := _cut(text, left):
                yield {"output_type": "stream", "name": name, "text": text}
        case {"output_type": "error", "ename": str(name), "evalue": str(text), "traceback": lines}:
            trace = [_cut(line, left) for line in list(lines)[:40] if isinstance(line, str)]
            yield error_output(name[:100], _cut(text, left)) | {"traceback": trace}
        case {
            "output_type": "display_data" | "execute_result" as kind,
            "data": {**data},
        } if shown := _data(data, left):
            number = {"execution_count": None} if kind == "execute_result" else {}
            yield {"output_type": kind, "data": shown, "metadata": {}} | number


def _data(data: dict, left: dict[str, int]) -> dict[str, str]:
    kept = {mime: text for mime in _TEXTS if (text := _cut(data.get(mime), left))}
    for mime in _PICTURES:
        picture = data.get(mime)
        if isinstance(picture, str) and len(picture) <= left["picture"] and _is_base64(picture):
            left["picture"] -= len(picture)
            kept[mime] = picture
    return kept


def _is_base64(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9+/=\n]+", text) is not None


def _cut(text: Any, left: dict[str, int]) -> str:  # noqa: ANN401
    if not isinstance(text, str):
        return ""
    text = mask(text[: left["text"]], most=None)
    left["text"] -= len(text)
    return text
