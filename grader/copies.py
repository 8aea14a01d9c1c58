"""Lets nbgrader grade a notebook in which a cell was copied."""

from nbformat import NotebookNode
from nbgrader.preprocessors import DeduplicateIds


class DropCopies(DeduplicateIds):
    """Keeps the last of several cells with the same id; the others become ordinary cells.

    nbgrader leaves an empty entry behind, which it then refuses to read.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Take nbgrader's entry off a copy."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources
