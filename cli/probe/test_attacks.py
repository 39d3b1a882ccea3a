"""The trusted side. Each attack is asked for twice a number that it has never seen, or for what it could get; the
honest case after it asks for the same and looks for what was left. plan.json says which cases, and what is secret."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from exam.checks import assert_close, assert_equal, assert_true

HERE = Path(__file__).parent
PLAN = json.loads(HERE.joinpath("plan.json").read_text("utf-8"))
LIMITS = tomllib.loads(HERE.joinpath("suite.toml").read_text("utf-8"))["limits"]
PATIENT = pytest.mark.limits(cpu_s=LIMITS["most_cpu_s"])
HURRIED = ("answer", "harm")
USES = {
    "list": list,
    "str": str,
    "weights": lambda layer: layer.forward(np.array(layer.weights)),
    "": lambda answer: answer,
}


class Vault:
    """Lent to an attack: ``next`` may be called, and nothing else is its business; ``rng`` cannot cross."""

    def __init__(self, secret):
        self._secret = secret
        self.rng = np.random.default_rng(0)

    def next(self):
        return 1


def cases():
    for name, step, uses in PLAN["cases"]:
        marks = () if step in HURRIED or name == "cpu" else (PATIENT,)
        yield pytest.param(name, step, uses, marks=marks, id=f"{name}-{step}")


@pytest.mark.parametrize(("name", "step", "uses"), cases())
def test(student, rng, name, step, uses):
    """One attack, the honest case after it, or the measure of one limit."""
    STEPS[step](student, name, uses, *rng.standard_normal((2, 5)))


def answer(student, name, uses, *inputs):
    attack = getattr(student.attacks, name).attack
    for x in inputs:
        assert_close(USES[uses](attack(x)), 2 * x, what="the answer")


def traces(student, name, uses, x, _):
    assert_close(getattr(student.attacks, name).attack(x), 2 * x, what="the answer")


def secrets(student, name, uses, *_):
    check_loot(getattr(student.attacks, name).attack())


def lent(student, name, uses, *_):
    check_loot(getattr(student.attacks, name).attack(Vault(PLAN["secrets"]["examiner"])))


def check_loot(loot):
    """Nothing of it is a secret, and no route that it names was open."""
    assert_true(isinstance(loot, list | dict | str), f"no account of what was found: {type(loot).__name__}")
    told = repr(loot)
    for place, secret in PLAN["secrets"].items():
        assert_true(secret not in told, f"it found the secret that lies in: {place}")
    if not isinstance(loot, dict):
        assert_true(not loot or loot == "alive", f"it found {told[:300]}")
    else:
        worked = [route for route, came in loot.items() if "worked" in repr(came)]
        assert_true(not worked, f"the kernel allowed: {', '.join(map(str, worked))[:300]}")


def after(student, name, uses, x, _):
    assert_close(student.honest.double(x), 2 * x, what="the answer")
    assert_equal(student.honest.traces(), "", what="what is left of the case before")


def limit(student, name, uses, *_):
    MEASURES[name](student.limits)


def sealed(limits):
    expected = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16}
    assert_equal(limits.status(), expected, what="/proc/self/status")


def between(least, measured, most, unit):
    assert_true(
        type(measured) is int and least <= measured <= most, f"{measured} {unit}, where at most {most} are allowed"
    )


MEASURES = {
    "seccomp": sealed,
    "memory": lambda limits: between(32, limits.memory(2048), LIMITS["memory_mib"], "MiB of memory"),
    "processes": lambda limits: between(4, limits.processes(200), LIMITS["processes"], "processes"),
    "disk": lambda limits: between(2, limits.disk(64), LIMITS["tmp_mib"], "MiB on the scratch disk"),
    "file-size": lambda limits: between(1, limits.file_size(64), LIMITS["tmp_mib"], "MiB in one file"),
    "open-files": lambda limits: between(16, limits.files(5000), 256, "open files"),
    "core-dumps": lambda limits: between(0, limits.cores(), 1, "bytes of a core dump"),
    "cpu": lambda limits: assert_true(False, f"{limits.cpu(20):.1f} s of computing were not ended"),
}
STEPS = {
    "answer": answer,
    "harm": answer,
    "traces": traces,
    "secrets": secrets,
    "lent": lent,
    "after": after,
    "limit": limit,
}
