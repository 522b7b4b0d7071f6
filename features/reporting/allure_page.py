"""Allure's report as pages of one file each: without what is always empty, and telling nobody.

Use: python -m features.reporting.allure_page REPORT RESULTS INTO
"""

import json
import sys
from pathlib import Path

# The names of our pages, by the plugin of allurerc.json that makes each.
_PAGES = {"by-promise": "allure.html", "by-gateway": "allure-by-gateway.html"}
# Allure 3 tells its makers of each page that is opened, and has no switch against it.
_TELLS = "www.googletagmanager.com"
_NEVER_USED = (
    *("nav-tab-qualityGate", "nav-tab-globalAttachments"),
    *("test-result-tab-retries", "test-result-tab-environments"),
)
_ERRORS = "nav-tab-globalErrors"  # of clean-ups
# Allure 3 follows no link to a file; this makes those of files beside the page, which are told in
# allure_details.py, and keeps up when the page shows another scenario in the same place.
_LINKS = """<script>
new MutationObserver(() => {
  for (const link of document.querySelectorAll("[data-testid=test-result-meta-link]")) {
    const [, promise] = link.textContent.match(/^(\\S+) in the comparison$/) || [];
    const [, file, line] = link.textContent.match(/^(.+\\.feature):(\\d+)$/) || [];
    const to = promise ? `comparison.html#promise-${promise}` : file && `../${file}#L${line}`;
    const text = link.lastElementChild;
    let made = link.querySelector("a");
    if (!to || (made && !made.dataset.ours)) continue;
    if (!made) {
      made = document.createElement("a");
      made.dataset.ours = "yes";
      made.target = "_blank";
      made.append(...text.childNodes);
      text.append(made);
    }
    if (made.getAttribute("href") !== to) made.setAttribute("href", to);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
</script>"""


def write(report: Path, results: Path, into: Path) -> list[Path]:
    """Write the pages of a report into a directory."""
    hidden = (*_NEVER_USED, *(() if _has_errors(results) else (_ERRORS,)))
    empty = ",".join(f"[data-testid={each}]" for each in hidden)
    style = f"<style>{empty}{{display:none !important}}</style>"
    written = []
    for plugin, name in _PAGES.items():
        lines = (report / plugin / "index.html").read_text().splitlines(keepends=True)
        page = "".join(line for line in lines if _TELLS not in line)
        (into / name).write_text(page.replace("<head>", f"<head>{style}{_LINKS}", 1))
        written.append(into / name)
    return written


def _has_errors(results: Path) -> bool:
    told = (json.loads(file.read_text()) for file in results.glob("*-globals.json"))
    return any(each.get("errors") for each in told)


if __name__ == "__main__":
    print("report:", *write(*map(Path, sys.argv[1:4])))
