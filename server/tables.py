"""Tables for spreadsheets: CSV as RFC 4180 has it, in UTF-8 with its mark so that Excel sees which encoding it is, and
sent while it is read.

A cell that begins as a formula does would be computed by whoever opens the table: what students choose, a login or the
name of a file, could run there. OWASP ("CSV injection") advises a ' in front, which is what is done.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from fastapi.responses import StreamingResponse

Cell = str | float | int | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = "\ufeff"


def csv_response(name: str, head: Sequence[str], rows: Iterator[Sequence[Cell]]) -> StreamingResponse:
    """A download. ``rows`` is read while it is sent: what fails then breaks the answer off."""
    return StreamingResponse(
        _lines(head, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(head: Sequence[str], rows: Iterator[Sequence[Cell]]) -> Iterator[str]:
    yield _BOM + _line(head)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[Cell]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerow([harmless(cell) for cell in row])
    return text.getvalue()


def harmless(cell: Cell) -> Cell:
    """``cell`` as no spreadsheet computes it; numbers are our own."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return "" if cell is None else cell
