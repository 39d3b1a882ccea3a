"""``abgabe up``: the server, and where no broker is configured the worker beside it, in one process."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from cli.console import err, say
from cli.images import ungradable
from cli.state import open_existing
from core.database import check_schema, migrate
from core.deps import Deps
from core.embedded import start_embedded_worker
from core.errors import AbgabeError, OurError, texts
from core.logs import configure_logging
from core.queries import exercises_in_use
from core.queue import open_deps
from core.settings import Settings
from core.storage import make_private_folder
from core.submissions import Reconciler
from core.suites import find_suite
from server.app import create_app
from server.patience import PatientHttp
from worker.binding import make_grade_deps
from worker.demand import QueueAhead
from worker.pairs import MAX_SUITES, SparePairs
from worker.sandbox.choose import choose

PORT_TAKEN = texts(
    "up.port_taken",
    en=("Port {port} on {host} is taken.", "Choose another one: --port or ABGABE_PORT."),
    de=("Port {port} auf {host} ist belegt.", "Bitte einen anderen wählen: --port oder ABGABE_PORT."),
)
CANNOT_LISTEN = texts(
    "up.cannot_listen",
    en=("Cannot listen on {host}:{port}: {reason}.", "Check ABGABE_HOST and ABGABE_PORT."),
    de=("Auf {host}:{port} kann nicht gelauscht werden: {reason}.", "Bitte ABGABE_HOST und ABGABE_PORT prüfen."),
)
DATA_DIR_UNUSABLE = texts(
    "up.data_dir",
    en=("The data directory {path} cannot be used: {reason}.", "Set ABGABE_DATA_DIR to a folder that you may write."),
    de=(
        "Das Datenverzeichnis {path} ist nicht benutzbar: {reason}.",
        "Bitte ABGABE_DATA_DIR auf einen beschreibbaren Ordner setzen.",
    ),
)


def up(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve until Ctrl-C. Raises an AbgabeError where that cannot begin."""
    host, port = host or settings.host, settings.port if port is None else port
    with listening(host, port) as sock:
        if settings.embedded:
            migrate_database(settings)
        else:
            open_existing(settings).close()
        serve(settings, sock)


def migrate_database(settings: Settings) -> None:
    """Make the data directory and bring the database to this program's schema."""
    try:
        make_private_folder(settings.data_dir)
    except OSError as error:
        raise OurError(DATA_DIR_UNUSABLE, path=str(settings.data_dir), reason=error.strerror) from error
    migrate(settings.database)


@contextlib.contextmanager
def listening(host: str, port: int, *, or_another: bool = False) -> Iterator[socket.socket]:
    """A socket that listens before anything else is started; ``or_another``: on any free port if this one is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen(512)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise OurError(CANNOT_LISTEN, host=host, port=port, reason=error.strerror) from error
            if not or_another:
                raise OurError(PORT_TAKEN, host=host, port=port) from error
            sock.close()
            with listening(host, 0) as other:
                yield other
            return
        yield sock


def url_of(sock: socket.socket) -> str:
    """Where a browser on this machine reaches the socket."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(settings: Settings, sock: socket.socket, on_ready: Callable[[Deps, str], None] | None = None) -> None:
    """Serve on ``sock``; ``on_ready`` is called with the page's address when requests can come."""
    configure_logging(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what ends a service, too, ends its sandboxes
    deps = open_deps(settings)
    try:
        check_schema(deps.database.engine)
        with _grading(deps):
            app = create_app(settings, deps)
            config = uvicorn.Config(
                app,
                http=PatientHttp,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=3,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies,
            )
            say(f"Abgabe is at {url_of(sock)}  (Ctrl-C ends it)")
            if on_ready:
                on_ready(deps, url_of(sock))
            uvicorn.Server(config).run(sockets=[sock])
    finally:
        deps.live.close()
        deps.database.close()


@contextlib.contextmanager
def _grading(deps: Deps) -> Iterator[None]:
    """The embedded worker with its sandboxes, where this process is to grade."""
    if not deps.settings.embedded:
        reconciler = Reconciler(deps).start()
        try:
            yield
        finally:
            reconciler.stop()
        return
    sandbox, notice = choose(deps.settings.sandbox, deps.settings)
    if notice:
        err.print(notice, markup=False, style="yellow")
    for line in ungradable(sandbox, deps.settings.suites_dir):
        err.print(line, markup=False, style="yellow", soft_wrap=True)
    sandbox.clean_up()
    pairs = SparePairs(sandbox, deps.settings.workers, ahead=QueueAhead(deps))
    try:
        worker = start_embedded_worker(deps, lambda who: make_grade_deps(deps, who, sandbox, pairs))
        for exercise in exercises_in_use(deps.database, deps.clock(), MAX_SUITES):
            with contextlib.suppress(AbgabeError):  # the exam that needs it will say what is wrong
                pairs.prepare(find_suite(deps.settings.suites_dir, exercise))
        try:
            yield
        finally:
            worker.stop()
    finally:
        pairs.close()
