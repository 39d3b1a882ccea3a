"""A box that is a container: watched to its end, killed, and removed, now or when its engine is back."""

# mypy: disable-error-code=no-untyped-call
# (types-docker leaves half of the client untyped)

from __future__ import annotations

import atexit
import contextlib
import math
import threading
import time
from concurrent.futures import Future

from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import RequestException, Timeout

import docker
from worker.sandbox.base import BoxLimits, Ending
from worker.sandbox.uids import Uid

_KILL_WAIT_S = 60
_DEATH_WAIT_S = 20
_LATE_S = 10
_PAUSE_S = 1
_LAST_WAIT_S = 25
"""For what is still to be removed when this process ends: an engine may take ten seconds for one box."""
_KEPT_LOG_BYTES = 8 << 10


class Container:
    """A Box: a running container, with a thread that waits for its end and removes it."""

    def __init__(self, client: docker.APIClient, name: str, limits: BoxLimits, uid: Uid) -> None:
        self.name = name
        self._client = client
        self._limits = limits
        self._uid = uid
        self._started_at = time.monotonic()
        self._ended: Future[Ending] = Future()
        self._is_left_to_burial = False
        threading.Thread(target=self._live, name=name, daemon=True).start()

    def wait(self, timeout_s: float) -> Ending | None:
        try:
            return self._ended.result(timeout_s)
        except TimeoutError:
            return None

    def kill(self) -> None:
        """Where the engine does not answer, or does not notice the end, as its containerd was away, it is removed as
        soon as that is possible, and nobody waits for it."""
        if self._strike() and self.wait(_DEATH_WAIT_S):
            return
        if not self._is_left_to_burial:
            self._is_left_to_burial = True
            bury_later(self._client, self.name, self._uid)

    def alive(self) -> bool:
        return not self._ended.done()

    def _strike(self) -> bool:
        """Whether the engine answered."""
        try:
            self._client.kill(self.name)
        except (DockerException, RequestException) as error:  # it has ended by itself, or the engine has
            return not is_away(error)
        return True

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            self._wait_for_end()
            ending = self._ending()
        except (DockerException, RequestException) as error:
            ending = Ending(None, False, self._wall_s(), None, None, f"the engine failed: {error}")
        bury(self._client, self.name, self._uid)
        self._ended.set_result(ending)

    def _wait_for_end(self) -> None:
        """Until it has ended, at the latest at its deadline."""
        deadline = self._started_at + self._limits.wall_time_s
        try:
            self._client.wait(self.name, timeout=max(1, math.ceil(deadline - time.monotonic())))
        except (Timeout, Unreachable):  # the SDK wraps a late answer in either
            if time.monotonic() < deadline:
                raise  # the engine went away, and with it the box: how that ends is not the student's doing
            self._strike()
            self._client.wait(self.name, timeout=_KILL_WAIT_S)

    def _ending(self) -> Ending:
        state = self._client.inspect_container(self.name)["State"]
        said = self._client.logs(self.name, stdout=True, stderr=True, tail=100)
        return Ending(
            exit_code=int(state["ExitCode"]),
            oom_killed=bool(state["OOMKilled"]),
            wall_s=self._wall_s(),
            cpu_s=None,
            max_memory_mib=None,
            log=said[-_KEPT_LOG_BYTES:].decode("utf-8", "replace"),
        )

    def _wall_s(self) -> float:
        return time.monotonic() - self._started_at


def remove(client: docker.APIClient, name: str) -> None:
    """Remove it, running or not; returns when it is gone."""
    deadline = time.monotonic() + _KILL_WAIT_S
    while True:
        try:
            client.remove_container(name, force=True, v=True)
        except NotFound:
            return
        except APIError as error:  # somebody else is removing it
            if is_away(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def bury(client: docker.APIClient, name: str, uid: Uid) -> None:
    """Remove a box, and give its user id back."""
    try:
        remove(client, name)
    except (DockerException, RequestException):
        bury_later(client, name, uid)
    else:
        uid.release()


def bury_later(client: docker.APIClient, name: str, uid: Uid) -> None:
    """The same, as soon as the engine answers; for a while from then on, as it may still be about to make the box."""

    def dig() -> None:
        answered: float | None = None
        while answered is None or time.monotonic() < answered + _LATE_S:
            with contextlib.suppress(DockerException, RequestException):
                remove(client, name)
                answered = answered or time.monotonic()
            time.sleep(_PAUSE_S)
        uid.release()
        _burials.discard(threading.current_thread())

    burial = threading.Thread(target=dig, name=f"bury-{name}", daemon=True)
    _burials.add(burial)
    burial.start()


_burials: set[threading.Thread] = set()


@atexit.register
def _finish_burials() -> None:
    """The next worker would remove them as well, but there may be none for weeks."""
    deadline = time.monotonic() + _LAST_WAIT_S
    for burial in tuple(_burials):
        burial.join(max(0.0, deadline - time.monotonic()))


def is_away(error: Exception) -> bool:
    """Whether the engine does not answer, or got no answer of its containerd."""
    if isinstance(error, APIError):
        return error.is_server_error() and "containerd.sock" in str(error)
    return isinstance(error, Unreachable | Timeout)  # the SDK wraps a late answer in either
