"""Write myst.yml, the settings of Jupyter Book 2, from those of version 1.

``python tools/book2_config.py FOLDER`` writes it into a folder that holds the pages' sources. The
book stays with version 1 for now, because version 2 fetches its theme from a server at build time.
The tests parse every page with version 2's parser and these settings, so that moving is a change of
settings alone.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
# Cells of two chapters may have one id; two labels of one name are found by version 1.
RULES = [{"rule": "identifier-is-unique", "severity": "ignore"}]


def source(name: str) -> str:
    """Return the file behind an entry of the table of contents, which version 2 wants in full."""
    suffix = ".ipynb" if (ROOT / f"{name}.ipynb").is_file() else ".md"
    return f"{name}{suffix}"


def table_of_contents(toc: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pages as version 2 lists them: the root, then one entry a part."""
    root = {"file": source(toc["root"])}
    return [root, *({"title": part["caption"], "children": entries(part)} for part in toc["parts"])]


def entries(parent: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pages below a part or a page, and the pages below those."""
    children = parent.get("chapters", parent.get("sections", []))
    return [
        {"file": source(child["file"])}
        | ({"children": entries(child)} if "sections" in child else {})
        for child in children
    ]


def settings(config: dict[str, Any], toc: dict[str, Any]) -> dict[str, Any]:
    """Return the contents of myst.yml."""
    project = {
        "title": config["title"],
        "authors": [{"name": config["author"]}],
        "copyright": config["copyright"],
        "github": config["repository"]["url"],
        "bibliography": config["bibtex_bibfiles"],
        "error_rules": RULES,
        "toc": table_of_contents(toc),
    }
    look = {"template": "book-theme", "options": {"logo": config["logo"]}}
    return {"version": 1, "project": project, "site": look}


def main() -> None:
    """Write myst.yml into the folder that the command line names."""
    config, toc = (
        yaml.safe_load((BOOK / name).read_text("utf8")) for name in ("_config.yml", "_toc.yml")
    )
    target = Path(sys.argv[1]) / "myst.yml"
    text = yaml.safe_dump(settings(config, toc), sort_keys=False, allow_unicode=True)
    target.write_text(text, "utf8")
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
