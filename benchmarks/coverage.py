"""`make coverage`: docs/coverage.md, how much is known of each site of real archives.

Without a folder, the archives of `../shared/data` are unpacked and built, where they are there; with one
(`make coverage OUT=folder`), the dataset that was built there is told. A share below 95 % needs a reason in
docs/coverage.yaml; where one is missing, the file says so, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks.build import PROJECT, SHARED, unpack_shared
from pipeline.inspection.coverage import by_site, coverage
from pipeline.inspection.coverage_document import ReasonsError, markdown, needless, read_reasons, unexplained
from pipeline.inspection.lookup import LookupFailedError, run_sql

REASONS = PROJECT / "docs" / "coverage.yaml"
DOCUMENT = PROJECT / "docs" / "coverage.md"

LISTING = """\
sources:
  - {name: oped2, kind: folder, location: oped2, glob: "_posts/*.md"}
  - {name: society, kind: folder, location: society}
  - {name: teahouse, kind: folder, location: teahouse}
  - name: weixin
    kind: index
    location: weixin
    glob: "data/*.json"
    fields: {url: url, title: title, author: nickname, published: created_at}
"""


def build_shared(scratch: Path) -> Path:
    """A build of all archives of ../shared/data, in the scratch folder."""
    raw, out = scratch / "raw", scratch / "outputs"
    raw.mkdir()
    unpack_shared(raw)
    with tarfile.open(SHARED / "weixin-index.tar.xz") as archive:
        archive.extractall(raw, filter="data")
    (raw / "sources.yaml").write_text(LISTING)
    command = [sys.executable, "-m", "pipeline.cli", "build", "--raw", str(raw), "--out", str(out)]
    subprocess.run(command, cwd=PROJECT, check=True, stdout=sys.stderr)
    return out


def write(out: Path, document: Path = DOCUMENT, reasons: Path = REASONS) -> list[str]:
    """Write the document from the dataset in `out`; returns the shares that lack a reason."""
    rows = by_site(coverage(out))
    known = read_reasons(reasons)
    ((rejects,),) = run_sql(out, "SELECT count(*) FROM rejects")[1]
    document.write_text(markdown(rows, rejects, known), encoding="utf-8", newline="\n")
    for name in needless(rows, known):
        print(f"{reasons.name} gives a reason for what needs none: {name}", file=sys.stderr)
    return unexplained(rows, known)


def main() -> None:
    """Write the document; exit with 1 where a reason is missing."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("out", nargs="?", type=Path, help="an outputs folder")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            missing = write(given.out or build_shared(Path(scratch)))
        except (LookupFailedError, ReasonsError) as error:
            sys.exit(str(error))
    if missing:
        sys.exit("\n".join(f"{REASONS.name} gives no reason for {name}" for name in missing))


if __name__ == "__main__":
    main()
