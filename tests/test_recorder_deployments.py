"""docker/recorders: the recorders in containers, where the comments and `make recorders` say."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import requests
import yaml

from features.support.paths import DOCKER, ROOT
from tests.runs import finish
from tests.stack.conftest import needs_engine

NAMES = ("primary", "shadow")
COMPOSE, KUBERNETES = (DOCKER / "recorders" / f for f in ("compose.yaml", "kubernetes.yaml"))
# Ports on this machine, by recorder: service and control, as `make recorders` has them.
PORTS = {"primary": (18080, 18081), "shadow": (18082, 18083)}
INSIDE = (8080, 8081)
# The oldest and the newest release that the schemas are there for.
RELEASES = ("1.25", kubernetes_validate.latest_version())
Object = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Object:
    return dict(yaml.safe_load(COMPOSE.read_text()))


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return list(yaml.safe_load_all(KUBERNETES.read_text()))


@pytest.fixture(scope="module")
def deployments(objects: list[Object]) -> dict[str, Object]:
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == "Deployment"}


@pytest.fixture(scope="module")
def services(objects: list[Object]) -> dict[str, Object]:
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == "Service"}


def pod_of(deployment: Object) -> Object:
    return dict(deployment["spec"]["template"]["spec"])


def container_of(deployment: Object) -> Object:
    (container,) = pod_of(deployment)["containers"]
    return dict(container)


@pytest.mark.parametrize("file", [COMPOSE, KUBERNETES], ids=lambda file: file.name)
def test_a_header_says_what_it_does_and_what_to_put_into_the_description(file: Any) -> None:
    header = file.read_text().partition("\nname: ")[0].partition("\napiVersion")[0]
    for word in ("What it does", "What it costs", "Its limits", "RECORDER_TOKEN"):
        assert word in header
    piece = "\n".join(re.findall(r"^#   ((?:primary|shadow): \{.*)$", header, re.M))
    assert yaml.safe_load(piece) == {
        name: {"service": f"127.0.0.1:{service}", "control": f"127.0.0.1:{control}"}
        for name, (service, control) in PORTS.items()
    }


def test_make_recorders_has_the_same_ports() -> None:
    first = re.search(r"^PORT +:= (\d+)$", (ROOT / "Makefile").read_text(), re.M)
    assert first
    assert [port for each in PORTS.values() for port in each] == [
        int(first[1]) + n for n in range(4)
    ]


def test_compose_publishes_both_where_the_header_says(compose: Object) -> None:
    assert list(compose["services"]) == list(NAMES)
    for name, service in compose["services"].items():
        published = [f"127.0.0.1:{o}:{i}" for o, i in zip(PORTS[name], INSIDE, strict=True)]
        assert service["ports"] == published
        assert service["environment"]["RECORDER_NAME"] == name
        assert service["environment"]["RECORDER_TOKEN"] == "${RECORDER_TOKEN-}"
    assert (COMPOSE.parent / compose["services"]["primary"]["build"] / "Dockerfile").exists()


@pytest.fixture
def up() -> Iterator["subprocess.CompletedProcess[str]"]:
    command = ("docker", "compose", "-f", COMPOSE)
    token = {"RECORDER_TOKEN": "s3cret"}
    yield finish(*command, "up", "-d", "--wait", environment=token)
    finish(*command, "down", "--volumes", environment=token)


@pytest.mark.docker
@needs_engine
def test_compose_starts_both(up: "subprocess.CompletedProcess[str]") -> None:
    assert up.returncode == 0, up.stderr
    for name, (service, control) in PORTS.items():
        answer = requests.get(f"http://127.0.0.1:{service}/api/v1", timeout=5)
        assert answer.headers["X-Backend-Name"] == name
        reset, token = f"http://127.0.0.1:{control}/reset", {"Authorization": "Bearer s3cret"}
        assert requests.post(reset, timeout=5).status_code == 401
        assert requests.post(reset, headers=token, timeout=5).ok


@pytest.mark.parametrize("release", RELEASES)
def test_kubernetes_takes_each_object(objects: list[Object], release: str) -> None:
    assert [each["kind"] for each in objects] == ["Deployment", "Service"] * 2
    for each in objects:
        kubernetes_validate.validate(each, release, strict=True)


def test_the_schemas_would_notice_a_mistake(objects: list[Object]) -> None:
    wrong = {**objects[0], "spec": {**objects[0]["spec"], "replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(wrong, RELEASES[-1], strict=True)


def test_each_recorder_has_a_deployment_and_its_own_service(
    deployments: dict[str, Object], services: dict[str, Object]
) -> None:
    assert list(deployments) == list(services) == list(NAMES)
    for name, deployment in deployments.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert labels["app.kubernetes.io/instance"] == name
        assert deployment["spec"]["selector"]["matchLabels"] == labels
        assert services[name]["spec"]["selector"] == labels
        (port,) = services[name]["spec"]["ports"]
        assert (port["port"], port["targetPort"]) == (INSIDE[0], "service")
        assert {"name": "RECORDER_NAME", "value": name} in container_of(deployment)["env"]


def test_a_journal_is_in_one_pod_only(deployments: dict[str, Object]) -> None:
    for deployment in deployments.values():
        assert deployment["spec"]["replicas"] == 1
        assert deployment["spec"]["strategy"] == {"type": "Recreate"}


def test_probes_ask_the_control_port_which_no_fault_disturbs(
    deployments: dict[str, Object],
) -> None:
    for deployment in deployments.values():
        container = container_of(deployment)
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        assert ports == dict(zip(("service", "control"), INSIDE, strict=True))
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"] == {"path": "/healthz", "port": "control"}


def test_pods_may_do_nothing_that_they_need_not(deployments: dict[str, Object]) -> None:
    for deployment in deployments.values():
        pod, container = pod_of(deployment), container_of(deployment)
        assert not pod["automountServiceAccountToken"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"].keys() == {"memory"}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_the_secret_that_they_read_is_the_one_that_the_header_makes(
    deployments: dict[str, Object],
) -> None:
    made = re.search(r"create secret generic (\S+) --from-literal=(\w+)=", KUBERNETES.read_text())
    assert made
    for deployment in deployments.values():
        token = {"secretKeyRef": {"name": made[1], "key": made[2]}}
        assert {"name": "RECORDER_TOKEN", "valueFrom": token} in container_of(deployment)["env"]


def test_the_ports_that_the_header_forwards_are_those_of_the_description() -> None:
    forwarded = {
        words[words.index("port-forward") + 1]: words[words.index("port-forward") + 2 : -1]
        for line in KUBERNETES.read_text().splitlines()
        if "port-forward" in line and (words := shlex.split(line.lstrip("# ")))
    }
    assert forwarded == {
        f"deployment/{name}": [f"{o}:{i}" for o, i in zip(ports, INSIDE, strict=True)]
        for name, ports in PORTS.items()
    }


def test_the_image_is_the_one_that_the_header_builds(deployments: dict[str, Object]) -> None:
    images = {container_of(each)["image"] for each in deployments.values()}
    (image,) = images
    version = re.search(
        r'__version__ = "(.+)"', (ROOT / "recorder/mirror_recorder/__init__.py").read_text()
    )
    assert version
    assert image == f"localhost/mirror-recorder:{version[1]}"
    assert f"docker build -t {image} recorder\n" in KUBERNETES.read_text()
