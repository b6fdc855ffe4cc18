"""/v1/reports: the reports of a collection: list, upload, describe, read, remove."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, Response

from rag.access import MAX_BODY_BYTES, MAX_UPLOAD_BYTES
from rag.cli_index import figure_to_dict
from rag.collections import Service
from rag.library import Library, Summary
from rag.page_image import render_page
from rag.routes_ask import allowed, note
from rag.schemas import (
    MAX_NAME_CHARACTERS,
    AddedOut,
    FiguresOut,
    MetadataIn,
    RemovedOut,
    ReportOut,
    ReportsOut,
    TextOut,
    problems,
)

MAX_FILES = 20
MAX_IMAGE_WIDTH = 2480

Collection = Annotated[str | None, Query(description="a collection's name; left out: `default`")]
Name = Annotated[
    str, PathParameter(description="the report's name", min_length=1, max_length=MAX_NAME_CHARACTERS)
]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]


def make_router(service: Service) -> APIRouter:
    router = APIRouter(prefix="/v1/reports", tags=["reports"])

    def library_of(request: Request, collection: str | None, *, manage: bool = False) -> Library:
        return service.library(allowed(request, collection, manage=manage))

    @router.get("", response_model=ReportsOut, responses=problems(404))
    def list_reports(request: Request, collection: Collection = None) -> dict[str, Any]:
        """All reports of a collection, by name."""
        return {"reports": [asdict(info) for info in library_of(request, collection).reports()]}

    @router.post("", response_model=AddedOut, max_body_size=MAX_UPLOAD_BYTES, responses=problems(404, 413))
    def upload(
        request: Request,
        files: Annotated[list[UploadFile], File(min_length=1, max_length=MAX_FILES)],
        collection: Collection = None,
    ) -> dict[str, Any]:
        """Adds reports, or puts them in the place of reports of the same name.

        Each file succeeds or fails on its own: look at `failed`.
        """
        library = library_of(request, collection, manage=True)
        with tempfile.TemporaryDirectory(prefix="wenbao-upload-") as folder:
            stored: list[tuple[str, bytes | Path]] = []
            for number, file in enumerate(files):
                path = Path(folder, str(number))
                with path.open("wb") as target:
                    shutil.copyfileobj(file.file, target)
                stored.append((file.filename or "", path))
            summary = library.add(stored)
        note(request, added=len(summary.added), updated=len(summary.updated), failed=len(summary.failed))
        return _added(summary)

    @router.get("/{name:path}/text", response_model=TextOut, responses=problems(404))
    def text(
        name: Name, request: Request, start: Offset = 0, end: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
        collection: Collection = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The canonical text, or a part of it; offsets of citations count in it."""
        whole = library_of(request, collection).text(name)
        part = slice(*slice(start, end).indices(len(whole)))
        return {
            "report": name, "start": part.start, "end": max(part.start, part.stop), "characters": len(whole),
            "text": whole[part],
        }  # fmt: skip

    @router.get("/{name:path}/figures", response_model=FiguresOut, responses=problems(404))
    def figures(name: Name, request: Request, collection: Collection = None) -> dict[str, Any]:
        """The figures read out of the report, in reading order."""
        found = library_of(request, collection).figures(name)
        return {"report": name, "figures": [figure_to_dict(figure) for figure in found]}

    @router.get(
        "/{name:path}/source", response_class=FileResponse,
        responses={**problems(404, 410), 200: {"content": {"application/octet-stream": {}}}},
    )  # fmt: skip
    def source(name: Name, request: Request, collection: Collection = None) -> FileResponse:
        """The very file the report was read from, as a download."""
        path = library_of(request, collection).source_path(name)
        # Never shown by the browser itself: a report may be HTML with scripts in it.
        return FileResponse(
            path,
            media_type="application/octet-stream",
            filename=path.name,
            content_disposition_type="attachment",
        )

    @router.get(
        "/{name:path}/pages/{page}", response_class=Response,
        responses={**problems(404, 410), 200: {"content": {"image/png": {}}}},
    )  # fmt: skip
    def page_image(
        name: Name, page: Annotated[int, PathParameter(ge=1, le=100_000)], request: Request,
        start: Offset = 0, end: Offset = 0,
        width: Annotated[int, Query(ge=100, le=MAX_IMAGE_WIDTH)] = 1240, collection: Collection = None,
    ) -> Response:  # fmt: skip
        """A page of a PDF as PNG; the characters `start:end` of the text are marked."""
        library = library_of(request, collection)
        path, report = library.source_path(name), library.report(name)
        passage = (min(start, len(report.text)), min(end, len(report.text)))
        image = render_page(
            path, report, page, passage if passage[0] < passage[1] else None, width=width, draw=True
        )
        return Response(image.png, media_type="image/png")

    @router.patch(
        "/{name:path}", response_model=ReportOut, max_body_size=MAX_BODY_BYTES, responses=problems(404, 413)
    )
    def describe(
        name: Name, body: MetadataIn, request: Request, collection: Collection = None
    ) -> dict[str, Any]:
        """Says what the report does not say of itself; the report is indexed again with it."""
        library = library_of(request, collection, manage=True)
        library.set_metadata(name, **body.model_dump())
        return next(asdict(info) for info in library.reports() if info.name == name)

    @router.delete("/{name:path}", response_model=RemovedOut, responses=problems(404))
    def remove(name: Name, request: Request, collection: Collection = None) -> dict[str, Any]:
        """Removes the report and everything that could cite it."""
        library_of(request, collection, manage=True).remove(name)
        return {"removed": name}

    return router


def _added(summary: Summary) -> dict[str, Any]:
    failed = [
        {"file": file, "message": error.english, "message_zh": error.chinese}
        for file, error in summary.failed
    ]
    return {
        "added": summary.added, "updated": summary.updated, "unchanged": summary.unchanged, "failed": failed,
        "pages": summary.pages, "chunks": summary.chunks, "figures": summary.figures,
        "seconds": round(summary.seconds, 2),
    }  # fmt: skip
