"""What a student's cell shows: text, pictures, values, an error, in nbformat's form and bounded."""

import io
import json
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

MOST_DISPLAYS = 50
MOST_PICTURE_BYTES = 2 << 20
CUT = "\n... more was printed than is kept ...\n"


class Outputs:
    """The outputs of one cell, at most `most` bytes of text."""

    def __init__(self, most: int) -> None:
        self._collected: list[dict[str, Any]] = []
        self.left, self.pictures, self.cut = most, MOST_PICTURE_BYTES, most == 0

    def stream(self, name: str) -> "Stream":
        """Return a file whose text is collected under a name."""
        return Stream(self, name)

    def text(self, name: str, text: str) -> None:
        """Collect what was printed."""
        if len(text) > self.left:
            text = text[: self.left] + ("" if self.cut else CUT)
            self.cut, self.left = True, 0
        self.left = max(0, self.left - len(text))
        last = self._collected[-1] if self._collected else {}
        if text and last.get("name") == name:
            last["text"].append(text)
        elif text:
            self._collected.append({"output_type": "stream", "name": name, "text": [text]})

    def collected(self) -> list[dict[str, Any]]:
        """Return what has been collected, in nbformat's form."""
        return [
            output | ({"text": "".join(output["text"])} if "text" in output else {})
            for output in self._collected
        ]

    def clear(self) -> None:
        """Forget what has been collected."""
        self._collected.clear()

    def show(self, kind: str, data: dict[str, Any]) -> None:
        """Collect a value or a picture in its formats."""
        if len(self._collected) >= MOST_DISPLAYS:
            return
        kept = {}
        for mime, content in data.items():
            text = content if isinstance(content, str) else json.dumps(content, default=str)
            picture = str(mime).startswith("image/")
            if len(text) <= (self.pictures if picture else self.left):
                self.pictures -= len(text) * picture
                self.left -= len(text) * (not picture)
                kept[str(mime)] = text
        if kept:
            self._collected.append({"output_type": kind, "data": kept})

    def error(self, name: str, text: str, lines: list[str]) -> None:
        """Collect the exception that ended the cell."""
        self._collected.append(
            {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}
        )


class Stream(io.TextIOBase):
    """A file to print into."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, text: str) -> int:
        """Collect text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.text(self._name, text)
        return len(text)


class Publisher(DisplayPublisher):
    """What `display` and figures go to."""

    def publish(self, data: dict, metadata: Any = None, **_: Any) -> None:  # noqa: ANN401
        """Collect an output."""
        self.shell.outputs.show("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has shown."""
        self.shell.outputs.clear()


class Display(DisplayHook):
    """What the value of a cell's last line goes to."""

    def write_output_prompt(self) -> None:
        """Write none: outputs are numbered by the notebook."""

    def write_format_data(self, format_dict: dict, md_dict: Any = None) -> None:  # noqa: ANN401
        """Collect the value."""
        self.shell.outputs.show("execute_result", format_dict)

    def finish_displayhook(self) -> None:
        """Nothing is left to be done."""
