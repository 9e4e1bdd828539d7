"""Schemathesis over the API's own OpenAPI document: what it says of itself holds for anything that may be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from tests.settings import LONG
from tests.web.conftest import published

from ranvier.web.models import Person
from ranvier.web.roles import Role

EXAMPLES = 1000 if LONG else 40
PATHS = ("/api/answers", "/api/answers/{slug}", "/api/issues")


@pytest.fixture
def api(people: dict[Role, Person]) -> Iterator[Any]:
    """The document as served, with one published issue behind it."""
    published(people[Role.CLINICIAN], people[Role.EDITOR])
    ends = (
        request_started,
        request_finished,
    )  # they would close the connection that holds this test's transaction
    for end in ends:
        end.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for end in ends:
        end.connect(close_old_connections)


@pytest.mark.parametrize(
    ("path", "mode"),
    [*((path, GenerationMode.POSITIVE) for path in PATHS), ("/api/answers", GenerationMode.NEGATIVE)],
)  # a slug may be any word, and the issues take none: there is nothing wrong to ask of them
def test_the_api_keeps_its_own_contract(path: str, mode: GenerationMode, api: Any) -> None:
    """Every answer has a status, a type and a shape that the document names, to right requests and to wrong ones."""
    operation = api[path]["GET"]
    asked = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    def hold(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate()

    hold()
    assert asked


def test_the_document_names_every_path_and_every_answer_of_the_api(api: Any) -> None:
    document = api.raw_schema
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == set(PATHS)
    for path in document["paths"].values():
        assert set(path) == {"get"}  # it reads only
        for operation in path.values():
            assert set(operation) >= {"operationId", "summary", "responses"}


def test_the_page_of_the_api_is_local_and_shows_what_the_document_says(client: Client, db: None) -> None:
    page = client.get("/api/").content.decode()
    for path in PATHS:
        assert path in page
    assert "//" not in page.replace("http://127.0.0.1:8000", "").replace("http://testserver", "").replace(
        "://www.w3.org", ""
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_takes_no_writing(method: str, client: Client, db: None) -> None:
    for path in ("/api/answers", "/api/answers/none", "/api/issues"):
        assert getattr(client, method)(path).status_code == 405
