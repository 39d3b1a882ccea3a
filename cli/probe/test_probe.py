"""Each case asks the intruder to do something that a sandbox must not let it do, and checks what came of it."""

import pytest

from exam.checks import assert_true


def contained(outcome, what):
    assert_true(isinstance(outcome, str) and outcome.startswith("refused"), f"{what}: {outcome}")


def test_network(student):
    """No packet leaves, not even to this machine."""
    contained(student.intruder.open_network(), "a connection")


def test_host_files(student):
    """Neither the host's accounts nor our own files can be read."""
    contained(student.intruder.read_host_files(), "reading")


def test_tests_and_reference(student):
    """Tests and reference are nowhere to be found."""
    contained(student.intruder.find_the_answers(), "searching")


def test_write_outside(student):
    """Nothing can be written outside of the scratch disk."""
    contained(student.intruder.write_outside(), "writing")


def test_processes(student):
    """No other process can be seen but the sandbox's own."""
    contained(student.intruder.see_other_processes(), "looking")


def test_kill_supervisor(student):
    """The supervisor cannot be killed or traced."""
    contained(student.intruder.kill_supervisor(), "killing")


def test_many_processes(student):
    """A flood of processes stops at the limit."""
    contained(student.intruder.fork_many(200), "forking")


def test_memory(student):
    """Memory ends at the limit."""
    with pytest.raises(MemoryError):
        student.intruder.take_memory(2048)


def test_disk(student):
    """The scratch disk ends at its size."""
    contained(student.intruder.fill_disk(64), "writing")


def test_namespaces(student):
    """No new namespace, no mount."""
    contained(student.intruder.new_namespace(), "unshare")
