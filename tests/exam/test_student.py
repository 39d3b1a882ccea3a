"""What a test can do with the student's objects, and that it feels as if they were here."""

from __future__ import annotations

import copy
import time
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exam.errors import CannotCross, CaseOver, NotHandedIn, StudentRaised, SuiteMistake
from exam.lending import LentByName
from exam.student import Student
from tests.exam.small import LIMITS, SmallExam, small_exam
from tests.exam.values import assert_same

THING = """
import copy, os, random, sys, time
import numpy as np

class Base:
    pass

class Thing(Base):
    total = 0

    def __init__(self, size=3, **more):
        self.size = size
        self.more = more
        self.weights = np.arange(6.0).reshape(2, 3)
        self.layers = []
        self.table = {"a": 1}
        self.pair = (1, np.ones(2))
        self.objects = np.array([Base(), None], dtype=object)
        self.held = None

    @property
    def double(self):
        return 2 * self.size

    @double.setter
    def double(self, value):
        self.size = value / 2

    @property
    def broken(self):
        raise ValueError("a broken property")

    def add(self, x, y=1):
        return x + y

    def hold(self, value):
        self.held = value
        return value

    def held_is(self, value):
        return self.held is value

    def change(self, array):
        array += 1
        return array

    def itself(self):
        return self

    def many_kinds(self):
        return [None, True, 1, 1.5, "text", b"bytes", (1, 2), {"k": [1]}, np.float32(1.5), np.arange(3, dtype=np.int8)]

    def fail(self, kind="ValueError", text="bad"):
        raise {"ValueError": ValueError, "Own": Own, "Exit": SystemExit, "Stop": StopIteration}[kind](text)

    def say(self, *words):
        print(*words)

    def draws(self):
        return np.random.rand(2), random.random()

    def __len__(self):
        return self.size

    def __getitem__(self, key):
        return ("item", key)

    def __float__(self):
        return 4.5

    def __contains__(self, value):
        return value == "inside"

    def __eq__(self, other):
        return isinstance(other, Thing) and self.size == other.size

    def __hash__(self):
        return 1

    def __str__(self):
        return "a thing"

class Own(LookupError):
    pass

def function(x):
    return 2 * x

def several(count):
    return [Thing(size) for size in range(count)]

def die():
    os._exit(7)

def close_stream():
    os.closerange(3, 256)
    time.sleep(60)

def sleep():
    time.sleep(60)

def give_back(big):
    return [big] * 3

class Strange:
    def __bool__(self):
        raise ValueError("neither")
    def __len__(self):
        return 10**30

class Bag(list):
    pass

class Numbers:
    def __array__(self, dtype=None, copy=None):
        return np.ones(3)

CONSTANT = 42
alias = Thing
numbers = Numbers()
bag = Bag([1, 2])
"""
FILES = {
    "thing.py": THING,
    "Layers/__init__.py": "",
    "Layers/One.py": "from .Base import Base\nclass One(Base): pass\n",
    "Layers/Base.py": "class Base: pass\n",
    "Layers/Broken.py": "import numpy as np\n1 / 0\n",
    "Layers/Syntax.py": "def (:\n",
    "Layers/Needs.py": "import Layers.Missing\n",
    "Layers/Foreign.py": "import tensorflow\n",
}
REQUIRED = ("Layers/Missing.py", "Layers/One.py")


# --- values and objects -----------------------------------------------------------------------------------------------


def test_values_arrive_as_exact_base_types(thing: Any) -> None:
    expected = [None, True, 1, 1.5, "text", b"bytes", (1, 2), {"k": [1]}, np.float32(1.5), np.arange(3, dtype=np.int8)]
    assert_same(thing.many_kinds(), expected)


def test_objects_are_made_with_arguments_and_called_with_them(student: Any) -> None:
    thing = student.thing.Thing(5, extra=[1, 2])
    assert (thing.size, thing.more["extra"]) == (5, [1, 2])
    assert thing.add(1, y=2) == 3


def test_attributes_and_properties_are_read_written_and_deleted(thing: Any) -> None:
    thing.weights = np.zeros((2, 2))
    assert_same(thing.weights, np.zeros((2, 2)))
    thing.double = 20
    assert thing.size == 10
    del thing.weights
    assert not hasattr(thing, "weights")


def test_a_value_is_a_copy(thing: Any) -> None:
    thing.weights[0] = 100
    assert thing.weights.max() == 5


def test_a_missing_attribute_is_an_attribute_error(thing: Any) -> None:
    assert not hasattr(thing, "nothing")
    assert getattr(thing, "nothing", 7) == 7
    with pytest.raises(AttributeError, match="'Thing' object has no attribute 'nothing'"):
        _ = thing.nothing


def test_the_same_object_is_the_same_proxy(thing: Any) -> None:
    assert thing.itself() is thing
    assert thing.itself() == thing
    assert len({thing, thing.itself()}) == 1


def test_equal_is_asked_of_the_student(student: Any) -> None:
    first, second, third = student.thing.Thing(1), student.thing.Thing(1), student.thing.Thing(2)
    assert first == second
    assert first != third
    assert first != 1


def test_isinstance_is_asked_of_the_student(student: Any, thing: Any) -> None:
    assert isinstance(thing, student.thing.Thing)
    assert isinstance(thing, student.thing.Base)
    assert isinstance(thing, student.thing.alias)
    assert not isinstance(thing, student.thing.Own)
    assert not isinstance(3, student.thing.Thing)


def test_a_thing_has_the_protocols_of_its_class(thing: Any) -> None:
    assert len(thing) == 3
    assert thing[1, 2:] == ("item", (1, slice(2, None)))
    assert float(thing) == 4.5
    assert "inside" in thing
    assert "outside" not in thing
    assert str(thing) == "a thing"
    assert repr(thing) == "<the student's Thing>"
    assert bool(thing)


def test_what_a_class_cannot_do_the_proxy_cannot_either(student: Any) -> None:
    strange = student.thing.Strange()
    with pytest.raises(ValueError, match="neither"):
        bool(strange)
    with pytest.raises((TypeError, OverflowError)):
        len(strange)
    with pytest.raises(TypeError):
        strange[0]
    with pytest.raises(TypeError):
        list(strange)


# --- containers -------------------------------------------------------------------------------------------------------


def test_a_list_of_the_students_is_a_live_list(thing: Any) -> None:
    assert isinstance(thing.layers, list)
    assert len(thing.layers) == 0
    thing.layers.append(thing)
    thing.layers.extend([1, 2])
    assert thing.layers[0] is thing
    assert list(thing.layers) == [thing, 1, 2]
    assert thing.layers[1:] == [1, 2]
    thing.layers[1] = "changed"
    del thing.layers[2]
    assert list(thing.layers) == [thing, "changed"]
    assert "changed" in thing.layers


def test_a_dict_of_the_students_is_live_too(thing: Any) -> None:
    thing.table["b"] = thing
    assert thing.table["b"] is thing
    assert thing.table == {"a": 1, "b": thing}
    assert list(thing.table) == ["a", "b"]
    assert list(thing.table.items()) == [("a", 1), ("b", thing)]


def test_an_object_array_is_a_container_of_objects(student: Any, thing: Any) -> None:
    assert thing.objects.exam_kind == "objects"
    assert len(thing.objects) == 2
    assert isinstance(thing.objects[0], student.thing.Base)
    assert thing.objects[1] is None
    with pytest.raises(TypeError, match="does not hold numbers only"):
        np.asarray(thing.objects)


def test_subclasses_of_list_stay_and_can_be_fetched(student: Any) -> None:
    bag = student.thing.bag
    assert isinstance(bag, list)
    assert student.fetch(bag) == [1, 2]


def test_an_object_that_makes_an_array_is_one_for_numpy(student: Any) -> None:
    numbers = student.thing.numbers
    assert_same(np.asarray(numbers), np.ones(3))
    assert_same(np.asarray(numbers, dtype=np.float32), np.ones(3, np.float32))


# --- the student's side of values -------------------------------------------------------------------------------------


def test_a_kept_value_shows_what_became_of_it(student: Any, thing: Any) -> None:
    x = np.zeros(3)
    kept = student.keep(x)
    assert_same(thing.change(kept), np.ones(3))
    assert_same(student.fetch(kept), np.ones(3))
    assert_same(x, np.zeros(3))
    assert student.fetch(5) == 5


def test_identity_and_shared_memory_are_asked_of_the_student(student: Any, thing: Any) -> None:
    kept = student.keep(np.zeros(4))
    changed = student.remote(thing.change)(kept)
    assert student.same(changed, kept)
    copied = student.remote(thing.add)(kept)
    assert not student.same(copied, kept)
    assert student.shares_memory(changed, kept)
    assert not student.shares_memory(copied, kept)
    assert student.same(None, None)


def test_a_remote_result_stays(student: Any) -> None:
    remote = student.remote(student.thing.function)(np.ones(2))
    assert type(remote).__name__ == "Remote"
    assert_same(np.asarray(remote), np.full(2, 2.0))


def test_a_remote_list_of_objects_stays_as_what_it_is(student: Any) -> None:
    made = student.remote(student.thing.several)(2)
    assert len(made) == 2
    assert [one.size for one in made] == [0, 1]


def test_an_item_of_a_remote_result_stays_too(student: Any) -> None:
    pair = student.keep((np.ones(2), 5))
    item = student.remote(pair.__getitem__)(0)
    item[:] = 7
    assert_same(student.fetch(pair), (np.full(2, 7.0), 5))


def test_many_calls_in_one_crossing(student: Any, thing: Any) -> None:
    assert student.many(thing.add, [(1,), (1, 5), (np.float64(2),)]) == [2, 6, 3.0]
    assert student.many(student.thing.function, [(1,), (2,)]) == [2, 4]
    made = student.many(student.thing.Thing, [(7,), (8,)])
    assert [one.size for one in made] == [7, 8]


def test_the_students_generators_are_seeded(student: Any, thing: Any) -> None:
    student.seed(3)
    first = thing.draws()
    student.seed(3)
    assert_same(thing.draws(), first)
    np.random.seed(3)
    assert_same(first[0], np.random.rand(2))


def test_each_case_starts_from_its_own_seed(exam: SmallExam) -> None:
    draws = []
    for seed in (5, 5, 6):
        with exam.case(seed):
            draws.append(exam.student.thing.Thing().draws())
    assert_same(draws[0], draws[1])
    assert draws[0][1] != draws[2][1]


def test_prints_are_there_at_once(student: Student, thing: Any) -> None:
    thing.say("hello", 1)
    assert student.prints() == "hello 1\n"
    thing.say("again")
    assert student.prints() == "hello 1\nagain\n"


def test_copies_are_made_by_the_student(student: Any, thing: Any) -> None:
    thing.layers.append(student.thing.Thing())
    shallow, deep = copy.copy(thing), copy.deepcopy(thing)
    assert shallow is not thing
    assert student.same(shallow.layers[0], thing.layers[0])
    assert not student.same(deep.layers[0], thing.layers[0])


# --- what the test hands over -----------------------------------------------------------------------------------------


def test_objects_go_back_as_what_they_are(student: Any, thing: Any) -> None:
    other = student.thing.Thing(9)
    thing.hold(other)
    assert thing.held is other
    assert thing.hold([other, {"k": (other,)}])[1]["k"][0] is other
    assert thing.held_is(thing.held)


def test_classes_functions_and_methods_can_be_handed_over(student: Any, thing: Any) -> None:
    assert student.same(thing.hold(student.thing.Thing), student.thing.Thing)
    assert thing.hold(student.thing.function)(4) == 8
    assert thing.hold(thing.add)(4) == 5


class Initializer:
    """A test's own helper, as in the course's files."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.scale = 1.0

    def initialize(self, shape: Any, fan_in: int = 0) -> np.ndarray[Any, Any]:
        self.seen.append((shape, fan_in))
        return np.full(shape, self.scale)

    def use(self, thing: Any) -> Any:
        return thing.add(1)

    def fail(self) -> None:
        raise LookupError("the test's own")

    def _private(self) -> str:
        return "secret"


USES = {
    "uses.py": """
import copy
def initialize(init, *args, **kwargs): return init.initialize(*args, **kwargs)
def read(obj, name): return getattr(obj, name)
def write(obj, name, value): setattr(obj, name, value)
def call(f, *args): return f(*args)
def deep(obj): return copy.deepcopy(obj)
def shallow(obj): return copy.copy(obj)
def forward(obj): return obj
def ask_back(init, thing): return init.use(thing)
def swallow(init):
    try: init.fail()
    except LookupError as error: return type(error).__name__, str(error)
def wrap(init):
    try: init.fail()
    except LookupError as error: raise ValueError("mine") from error
def fail(init): init.fail()
def in_thread(init):
    import threading
    found = []
    def run():
        try: found.append(init.initialize(2))
        except RuntimeError as error: found.append(str(error))
    thread = threading.Thread(target=run); thread.start(); thread.join()
    return found
def often(init, times):
    for _ in range(times): init.initialize(1)
def two(first, second): return first is second
class Thing:
    def add(self, x): return x + 1
"""
}


@pytest.fixture(scope="module")
def uses_exam(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with small_exam(tmp_path_factory.mktemp("uses"), USES) as made:
        yield made


@pytest.fixture
def uses(uses_exam: SmallExam) -> Any:
    with uses_exam.case():
        yield uses_exam.student.uses


def test_a_tests_object_can_be_used_by_the_student(uses: Any) -> None:
    init = Initializer()
    assert_same(uses.initialize(init, (2, 2), fan_in=3), np.ones((2, 2)))
    assert init.seen == [((2, 2), 3)]


def test_its_public_data_can_be_read_and_set(uses: Any) -> None:
    init = Initializer()
    assert uses.read(init, "scale") == 1.0
    uses.write(init, "scale", 3.0)
    assert init.scale == 3.0


def test_nothing_else_can(uses: Any) -> None:
    init = Initializer()
    for name in ("_private", "__globals__", "__reduce_ex__ ", "nothing"):
        with pytest.raises(AttributeError):
            uses.read(init, name)
    for name in ("initialize", "_private", "__class__", "__dict__"):
        with pytest.raises(AttributeError):
            uses.write(init, name, 1)
    assert vars(init) == {"seen": [], "scale": 1.0}


def test_a_function_of_the_tests_can_be_called(uses: Any) -> None:
    assert uses.call(lambda x: x + 1, 4) == 5


def test_a_lent_object_comes_back_as_itself(uses: Any) -> None:
    init = Initializer()
    assert uses.forward(init) is init
    assert uses.two(init, init)
    assert not uses.two(init, Initializer())


def test_it_is_copied_here_when_the_student_copies_it(uses: Any) -> None:
    init = Initializer()
    for copied in (uses.deep(init), uses.shallow(init)):
        assert isinstance(copied, Initializer)
        assert copied is not init


def test_only_the_named_methods_of_a_loan_can_be_called(uses_exam: SmallExam, uses: Any) -> None:
    init = Initializer()
    lent = uses_exam.student.lend(init, "initialize")
    assert_same(uses.initialize(lent, 2), np.ones(2))
    for attempt in (lambda: uses.fail(lent), lambda: uses.read(lent, "scale"), lambda: uses.write(lent, "scale", 1)):
        with pytest.raises(AttributeError):
            attempt()
    for made in (uses.deep(lent), uses.shallow(lent)):
        assert not isinstance(made, LentByName)
        with pytest.raises(AttributeError):
            uses.read(uses_exam.student.lend(made, "initialize"), "scale")


def test_a_call_may_lead_back_and_forth(uses: Any) -> None:
    assert uses.ask_back(Initializer(), uses.Thing()) == 2


def test_the_tests_own_exception_passes_through_the_student(uses: Any) -> None:
    with pytest.raises(LookupError, match="the test's own") as caught:
        uses.fail(Initializer())
    assert not isinstance(caught.value, StudentRaised)


def test_the_student_may_catch_it(uses: Any) -> None:
    assert uses.swallow(Initializer()) == ("LookupError", "the test's own")


def test_or_make_it_its_own(uses: Any) -> None:
    with pytest.raises(ValueError, match="mine") as caught:
        uses.wrap(Initializer())
    assert isinstance(caught.value, StudentRaised)


def test_an_assertion_of_the_tests_does_not_tell_the_student_what_was_expected(uses: Any) -> None:
    class Spy:
        def fail(self) -> None:
            raise AssertionError("expected 0.125")

    with pytest.raises(AssertionError, match=r"expected 0\.125"):
        uses.fail(Spy())
    with pytest.raises(AssertionError):
        uses.swallow(Spy())


def test_threads_of_the_students_do_not_get_in_between(uses: Any) -> None:
    assert uses.in_thread(Initializer()) == ["objects of the test can only be used from the main thread"]


@pytest.mark.parametrize("value", [np, np.zeros, Initializer, object(), np.array([None]), {1, 2}, iter([])], ids=repr)
def test_what_is_never_lent_cannot_cross(uses: Any, value: Any) -> None:
    if value is np.zeros:
        assert_same(uses.call(value, 2), np.zeros(2))  # a function
        return
    with pytest.raises(CannotCross):
        uses.forward(value)


# --- exceptions -------------------------------------------------------------------------------------------------------


def test_an_exception_is_the_builtin_it_was(thing: Any) -> None:
    with pytest.raises(ValueError, match=r"^bad$") as caught:
        thing.fail()
    assert isinstance(caught.value, StudentRaised)
    assert caught.value.raised.type_name == "ValueError"
    assert caught.value.during == "Thing.fail"


def test_a_class_of_the_students_is_its_nearest_builtin(thing: Any) -> None:
    with pytest.raises(LookupError) as caught:
        thing.fail("Own", "own")
    assert isinstance(caught.value, StudentRaised)
    assert caught.value.raised.type_name == "Own"
    assert caught.value.raised.bases[0] == "LookupError"


@pytest.mark.parametrize("kind", ["Exit", "Stop"])
def test_what_would_end_the_test_is_only_an_exception_here(thing: Any, kind: str) -> None:
    with pytest.raises(StudentRaised) as caught:
        thing.fail(kind)
    assert not isinstance(caught.value, SystemExit | StopIteration)


def test_the_traceback_is_cut_to_the_students_files(thing: Any) -> None:
    with pytest.raises(StudentRaised) as caught:
        thing.fail()
    told = caught.value.raised.traceback
    assert told.startswith('Traceback (most recent call last):\n  File "thing.py", line ')
    assert "in fail\n" in told
    assert told.endswith("ValueError: bad\n")
    assert told.count("File") == 1
    assert "src_to_implement" not in told


def test_a_failed_case_goes_on(thing: Any) -> None:
    with pytest.raises(ValueError, match="bad"):
        thing.fail()
    assert thing.add(1) == 2


def test_a_property_that_raises_is_not_an_attribute_that_is_missing(thing: Any) -> None:
    with pytest.raises(ValueError, match="a broken property"):
        hasattr(thing, "broken")


# --- modules ----------------------------------------------------------------------------------------------------------


def test_modules_are_reached_by_name(student: Any) -> None:
    assert isinstance(student.Layers.One.One(), student.Layers.Base.Base)
    assert student.thing.CONSTANT == 42
    assert student.thing.function(3) == 6


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (lambda student: student.Layers.Missing.Missing(), "missing_file"),
        (lambda student: student.Layers.Nowhere, "missing_file"),
        (lambda student: student.Layers.Needs.x, "missing_file"),
        (lambda student: student.thing.Nothing, "missing_name"),
    ],
)
def test_what_was_not_handed_in_is_named(student: Any, use: Any, code: str) -> None:
    with pytest.raises(NotHandedIn) as caught:
        use(student)
    assert caught.value.code == code
    assert isinstance(caught.value, AttributeError)


@pytest.mark.parametrize(
    ("name", "kind"), [("Broken", ZeroDivisionError), ("Syntax", SyntaxError), ("Foreign", ModuleNotFoundError)]
)
def test_a_module_that_cannot_be_imported_raises_what_the_import_raised(student: Any, name: str, kind: Any) -> None:
    with pytest.raises(kind) as caught:
        getattr(student.Layers, name).x()
    assert isinstance(caught.value, StudentRaised)
    assert not isinstance(caught.value, NotHandedIn)
    assert f"Layers/{name}.py" in caught.value.raised.traceback
    assert caught.value.during == f"import Layers.{name}"


def test_a_module_that_the_suite_does_not_list_is_not_the_students(student: Any) -> None:
    with pytest.raises(AttributeError, match=r"suite\.toml"):
        _ = student.os


# --- the bounds of a case ---------------------------------------------------------------------------------------------


def test_outside_of_a_case_nothing_can_be_used(exam: SmallExam) -> None:
    with pytest.raises(SuiteMistake, match="while a test runs"):
        exam.student.thing.Thing()


def test_an_object_does_not_outlive_its_case(exam: SmallExam) -> None:
    with exam.case():
        kept = exam.student.thing.Thing()
        cls = exam.student.thing.Thing
    assert repr(kept) == str(kept) == "<the student's Thing>"
    with exam.case():
        with pytest.raises(SuiteMistake, match="from one case to another"):
            _ = kept.size
        assert cls().size == 3  # a class is looked up by its name


def test_nothing_of_one_case_is_there_in_the_next(exam: SmallExam) -> None:
    for _ in range(2):
        with exam.case():
            thing = exam.student.thing.Thing
            assert thing.total == 0
            thing.total = 1
            assert thing.total == 1


def test_a_proxy_cannot_be_subclassed_or_pickled(student: Any, thing: Any) -> None:
    with pytest.raises(SuiteMistake):
        types.new_class("Sub", (student.thing.Thing,))
    with pytest.raises(SuiteMistake):
        thing.__reduce_ex__(4)


def test_a_proxy_that_is_dropped_and_comes_again_still_works(thing: Any) -> None:
    for _ in range(3):
        thing.hold(thing.itself())
        inner = thing.layers
        inner.append([thing])
        del inner
        assert thing.layers[-1][0] is thing


def test_an_object_that_comes_twice_in_a_callback_is_not_forgotten(uses: Any) -> None:
    class Spy:
        def __init__(self) -> None:
            self.seen: list[Any] = []
            self.calls = 0

        def initialize(self, thing: Any) -> None:
            self.calls += 1
            if self.calls == 2:
                self.seen.append(thing)  # the first time its proxy is dropped, the second time it is kept

    spy, thing = Spy(), uses.Thing()
    uses.call(lambda f: None, 1)
    uses.initialize(spy, thing)
    number = thing.exam_ref().id
    del thing
    uses.initialize(spy, uses.Thing())
    assert spy.seen[0].add(1) == 2
    assert number


def test_a_dead_process_ends_the_case_whatever_is_asked(exam: SmallExam) -> None:
    with exam.case() as case:
        for ask in (
            exam.student.thing.die,
            exam.student.thing.die,
            exam.student.prints,
            exam.student.prints,
            lambda: exam.student.seed(1),
        ):
            with pytest.raises(CaseOver) as caught:
                ask()
            assert caught.value.reason == "died"
        assert case.doing == "die(…)"
    with exam.case():
        assert exam.student.thing.CONSTANT == 42


def test_no_answer_is_late(tmp_path: Path) -> None:
    limits = LIMITS.__class__(**{**LIMITS.__dict__, "case_wall_s": 0.3, "call_cpu_s": 0.1})
    with small_exam(tmp_path, FILES, limits=limits) as exam, exam.case():
        start = time.monotonic()
        with pytest.raises(CaseOver) as caught:
            exam.student.thing.sleep()
        assert caught.value.reason == "late"
        assert time.monotonic() - start < 2


def test_too_many_uses_of_the_tests_objects_end_the_case(tmp_path: Path) -> None:
    from exam.conversation import Patience

    with small_exam(tmp_path, USES, patience=Patience(callbacks=10)) as exam, exam.case():
        exam.student.uses.often(Initializer(), 9)
        with pytest.raises(CaseOver) as caught:
            exam.student.uses.often(Initializer(), 9)
        assert caught.value.reason == "too_many_calls"


def test_a_value_too_large_to_cross_is_told_as_an_exception(student: Any, thing: Any) -> None:
    with pytest.raises(ValueError, match="16 MiB") as caught:
        student.thing.give_back(np.zeros(1 << 20))
    assert isinstance(caught.value, StudentRaised)
    with pytest.raises(ValueError, match="16 MiB") as caught:
        thing.add(np.zeros(1 << 22))
    assert not isinstance(caught.value, StudentRaised)
    assert thing.add(1) == 2


def test_many_proxies_that_are_dropped_are_released(student: Any, thing: Any) -> None:
    for _ in range(3):
        made = student.many(student.thing.Thing, [()] * 3000)
        del made
    for _ in range(6):
        assert thing.add(1) == 2  # each takes a part of the list along
    assert student.thing.Thing().exam_ref().id > 9000
