"""A second shadow fits each configuration it is written into."""

import pytest

from features.support.gateways.catalogue import CATALOGUE, RECORDERS
from features.support.gateways.exemptions import DOES_NOT_APPLY
from features.support.operator.second_shadow import ADDITIONS
from features.support.stack import Stack


@pytest.mark.parametrize("name", ADDITIONS)
def test_each_place_is_in_the_configuration_once(name: str) -> None:
    gateway, addition = CATALOGUE[name], ADDITIONS[name]
    file = {service.name: service.configuration for service in gateway.services}[
        gateway.tool or "" if addition.role == "tool" else gateway.front
    ]
    assert file is not None
    text = (file.parent / addition.file if addition.file else file).read_text()
    edits = addition.edits("10.0.0.7:8082")
    assert [text.count(edit.old) for edit in edits] == [1] * len(edits)
    assert any("10.0.0.7" in edit.new and "8082" in edit.new for edit in edits)


def test_who_gets_no_second_shadow_says_why() -> None:
    mirroring = {name for name, gateway in CATALOGUE.items() if gateway.mirrors}
    assert mirroring - set(ADDITIONS) == set(DOES_NOT_APPLY["second-shadow"])


def test_containers_reach_the_second_shadow_by_its_containers_name() -> None:
    (shadow,) = (each for each in RECORDERS if each.name == "shadow")
    assert shadow.inside("second") == "backend-shadow:8082"


def test_processes_reach_it_where_everybody_does(scene: object, stack: Stack) -> None:
    assert stack.address_inside("shadow", "second") == str(stack.address("shadow", "second"))
