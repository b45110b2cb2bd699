"""The page that describes the API, with its scripts from the package that brings them: nothing from a CDN."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from api.pages.assets import asset

PATH: Final = "/docs"
ASSETS: Final = "/docs/assets"

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Obole API</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<link rel="stylesheet" href="{assets}/swagger-ui.css">
<script defer src="{assets}/swagger-ui-bundle.js"></script>
<script defer src="{start}"></script>
</head>
<body>
<div id="swagger-ui" data-description="{description}"></div>
</body>
</html>
"""


def install(app: FastAPI) -> None:
    """Serve the page at ``/docs``."""
    static = str(files("fastapi_offline") / "static")
    app.mount(ASSETS, StaticFiles(directory=static), name="docs-assets")
    page = _PAGE.format(
        assets=ASSETS, icon=asset("favicon.svg"), start=asset("docs.js"), description=app.openapi_url or ""
    )

    @app.get(PATH, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Referrer-Policy": "no-referrer"})
