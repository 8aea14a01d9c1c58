"""A Sphinx extension for links to assignments, which are no pages of the book but files.

A chapter links to its assignment so that the link opens it in JupyterLab. Sphinx would look for a
page of that name and find none.
"""

from __future__ import annotations

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

FOLDER = "notebooks/exercises/"


class AssignmentsAreDownloads(SphinxTransform):
    """Replace links to student notebooks by links to copies of them."""

    default_priority = 700

    def apply(self) -> None:
        """Change the links of one page."""
        for link in list(self.document.findall(addnodes.pending_xref)):
            if link["reftarget"].startswith(FOLDER):
                target = f"/{link['reftarget']}.ipynb"
                download = addnodes.download_reference("", "", *link.children, reftarget=target)
                link.replace_self(download)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.add_transform(AssignmentsAreDownloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
