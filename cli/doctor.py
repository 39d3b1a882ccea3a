"""``abgabe doctor``: is this installation sound? One line for each check, and the proof that the sandbox holds.

A line with an exclamation mark is a warning: it does not change the exit code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from functools import partial

from rich.markup import escape

from cli.console import language, out
from cli.doctor_attack import QUICK, Siege, besiege
from cli.doctor_checks import CHECKS, Unwell, core_handler, is_old_docker, within_container
from cli.images import ungradable
from core.errors import AbgabeError, SandboxUnavailable
from core.settings import Settings, unknown_variables, variables
from worker.pairs import ColdPairs
from worker.sandbox.choose import choose


def doctor(settings: Settings, attack: bool = False) -> int:
    """Run all checks, and with ``attack`` every attack that we know; 0 where all is well, else 3."""
    well = [_report(name, partial(check, settings)) for name, check in CHECKS]
    well += _sandbox(settings, attack)
    for name, text in _warnings(settings):
        out.print(f"[yellow]![/yellow] {name:15} {escape(text)}")
    return 0 if all(well) else 3


def _report(name: str, check: Callable[[], str]) -> bool:
    try:
        text, well = check(), True
    except AbgabeError as error:
        text, well = f"{error.text(language())} {error.hint(language())}", False
    except Unwell as error:
        text, well = str(error), False
    _tell(name, text, well)
    return well


def _tell(name: str, text: str, well: bool) -> None:
    mark = "[green]✓[/green]" if well else "[bold red]✗[/bold red]"
    out.print(f"{mark} {name:15} {escape(text)}", soft_wrap=True)


def _sandbox(settings: Settings, attack: bool) -> list[bool]:
    """Examine attackers in the sandbox that hand-ins would get."""
    folders = (settings.data_dir.resolve(),) if settings.data_dir.is_dir() else ()
    try:
        sandbox, notice = choose(settings.sandbox, settings)
        siege = besiege(ColdPairs(sandbox), None if attack else QUICK, folders)
    except AbgabeError as error:
        _tell("sandbox", f"{error.text(language())} {error.hint(language())}", False)
        return [False]
    limited = "within a container: the host's own files and processes not covered" if within_container() else ""
    about = "; ".join(filter(None, (sandbox.engine(), notice, limited)))
    told = [
        _report("sandbox", lambda: f"{holds(sandbox.kind, siege)} ({about})"),
        _report("limits", lambda: limits_hold(siege)),
    ]
    for fault in siege.faults:
        out.print(f"    {escape(fault)}", soft_wrap=True)
    return told


def holds(kind: str, siege: Siege) -> str:
    """Every attack was stopped. Raises Unwell."""
    count = f"{siege.stopped} of {len(siege.attacks)} attacks stopped"
    broken = [one for one in siege.attacks if one.fault and one.tried]
    if broken or siege.harm:
        raise Unwell(f"{kind} does NOT hold, {count}: take no hand-ins, and see docs/security.md")
    if siege.stopped < len(siege.attacks):
        raise Unwell(f"{kind}: {count}, the others could not be tried; run this again when the machine is idle")
    return f"{kind} holds: {count}"


def limits_hold(siege: Siege) -> str:
    """What a hand-in may use, measured and not read from a configuration. Raises Unwell."""
    broken = [one.name for one in siege.limits if one.fault and one.tried]
    if broken:
        raise Unwell(f"not enforced: {', '.join(broken)}; take no hand-ins until the engine's cgroups and seccomp work")
    if unknown := [one.name for one in siege.limits if one.fault]:
        raise Unwell(f"not measured: {', '.join(unknown)}; run this again when the machine is idle")
    return f"enforced, as measured: {', '.join(one.name for one in siege.limits)}"


def _warnings(settings: Settings) -> Iterator[tuple[str, str]]:
    """What an installation may be without, and its keeper should know."""
    for name in unknown_variables(os.environ):
        close = get_close_matches(name.upper(), variables(), 1, cutoff=0.8)
        yield "settings", f"{name} is no setting" + (f"; is {close[0]} meant?" if close else "")
    with suppress(SandboxUnavailable):  # the check of the sandbox has said so
        sandbox, _ = choose(settings.sandbox, settings)
        if is_old_docker(sandbox.engine()):
            yield "engine", f"{sandbox.engine()} is old and gets no security fixes; upgrade the engine"
        if handler := core_handler():
            yield (
                "core dumps",
                f"a crash in a sandbox can start {handler} on this host; sysctl -w kernel.core_pattern=core",
            )
        for line in ungradable(sandbox, settings.suites_dir):
            yield "exercises", line
