"""What a box is for: run a module of ours, tell how it ended, end when it is told to."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.errors import EngineAway, SandboxFailed, SandboxUnavailable
from core.settings import Settings
from worker.sandbox.base import Mount, Sandbox
from worker.sandbox.choose import choose

if TYPE_CHECKING:
    from tests.worker.conftest import Lab


class TestBox:
    def test_it_tells_how_the_module_ended_and_what_it_said(self, lab: Lab) -> None:
        ending = lab.end_of("no_such_attack")
        assert ending.exit_code == 1
        assert "KeyError: 'no_such_attack'" in ending.log
        assert ending.oom_killed is False
        assert 0 < ending.wall_s < 20

    def test_numpy_and_scipy_work_in_it(self, lab: Lab) -> None:
        assert lab.result_of("use_numpy") == pytest.approx(12.5)

    def test_its_world_is_the_same_each_time(self, lab: Lab) -> None:
        first, second = lab.result_of("world"), lab.result_of("world")
        assert first["hash"] == second["hash"]
        assert first["user"] != second["user"] or lab.sandbox.kind == "bubblewrap"
        assert first["folder"] == first["variables"]["HOME"] == "/tmp"
        assert first["variables"]["OPENBLAS_NUM_THREADS"] == "1"
        assert first["paths"][-2:] == ["/abgabe", "/abgabe/packages"]
        assert first["shown"] == ["exit", "quit"]

    def test_a_socket_in_a_read_only_folder_can_be_connected_to(self, lab: Lab, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(tmp_path / "exam.sock"))
            (tmp_path / "exam.sock").chmod(0o666)
            listener.listen(1)
            box = lab.start("answer_on", "/seam/exam.sock", mounts=(Mount(tmp_path, "/seam"),))
            listener.settimeout(20)
            with listener.accept()[0] as sock:
                assert sock.recv(5) == b"hello"
                sock.sendall(b"world")
            ending = box.wait(20)
        assert ending is not None
        assert ending.log.strip() == '"world"'

    def test_a_writable_folder_can_be_written(self, lab: Lab, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        mounts = (Mount(tmp_path, "/seam", writable=True),)
        assert lab.result_of("write_everywhere", [], mounts=mounts) == ["/seam"]
        assert [path.name for path in tmp_path.iterdir()] == [".intruder"]

    def test_kill_works_any_number_of_times(self, lab: Lab) -> None:
        box = lab.start("wait_for_end")
        assert box.alive()
        assert box.wait(0.01) is None
        for _ in range(3):
            box.kill()
        ending = box.wait(0)
        assert ending is not None
        assert ending.exit_code == 137
        assert not box.alive()

    def test_it_outlives_the_thread_that_started_it(self, lab: Lab) -> None:
        boxes = []
        thread = threading.Thread(target=lambda: boxes.append(lab.start("wait_for_end")))
        thread.start()
        thread.join()
        assert boxes[0].wait(1.0) is None
        assert boxes[0].alive()

    def test_many_start_at_the_same_time(self, lab: Lab) -> None:
        boxes = [lab.start("own_user") for _ in range(6)]
        endings = [box.wait(60) for box in boxes]
        assert all(ending is not None and ending.exit_code == 0 for ending in endings)

    def test_a_box_that_cannot_start_is_our_failure(self, lab: Lab, tmp_path: Path) -> None:
        with pytest.raises(SandboxFailed):
            lab.start("own_user", mounts=(Mount(tmp_path / "is not there", "/seam"),))

    def test_an_unknown_image_is_named(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxUnavailable, match="candidate-cobol") as raised:
            sandbox.check("candidate-cobol")
        assert not isinstance(raised.value, EngineAway)

    def test_an_examiner_may_read_the_reference(self, lab: Lab) -> None:
        order = lab.order("import_all", ["reference_impl", "pytest", "exam.wire"])
        box = lab.sandbox.start(lab.as_examiner(order))
        ending = box.wait(30)
        assert ending is not None
        assert ending.log.strip() == '["reference_impl", "pytest", "exam.wire"]'

    def test_images_are_named_by_what_they_hold(self, sandbox: Sandbox) -> None:
        names = {sandbox.image(name) for name in ("candidate-numpy", "examiner")}
        assert len(names) == 2
        assert all(name.startswith("sha256:") and len(name) == 71 for name in names)


class TestChoosing:
    def test_without_an_engine_bubblewrap_is_taken_and_that_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
        sandbox, notice = choose("auto", Settings())
        assert sandbox.kind == "bubblewrap"
        assert notice == "Docker is not used: no engine answers. Hand-ins run in bubblewrap."

    def test_docker_is_not_replaced_where_it_was_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
        with pytest.raises(EngineAway, match="docker"):
            choose("docker", Settings())

    def test_without_any_the_lines_that_install_one_are_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(SandboxUnavailable) as caught:
            choose("auto", Settings())
        assert "bwrap is not installed; and Docker: no engine answers" in caught.value.text("en")
        assert caught.value.hint("de") == "sudo apt-get install -y bubblewrap"

    def test_a_missing_environment_is_named_with_what_makes_it(self, tmp_path: Path) -> None:
        with pytest.raises(SandboxUnavailable, match="make -C"):
            choose("bubblewrap", Settings(sandbox_env_dir=tmp_path))

    def test_an_engine_without_the_runtime_that_was_asked_for(self) -> None:
        with pytest.raises(SandboxUnavailable, match=r"no-such-runtime|no engine"):
            choose("docker", Settings(docker_runtime="no-such-runtime"))
