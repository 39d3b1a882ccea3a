"""``abgabe``: every command of an installation, from a first demo to daily use.

Each command imports its own module when it is called: ``abgabe grade`` does not wait for a web server to load.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.console import failing_with, say
from core.models import Role
from core.settings import get_settings

app = typer.Typer(
    no_args_is_help=True,
    help="Abgabe grades a deep-learning course's exercises; the student's code never shares an interpreter with the "
    "tests.",
    pretty_exceptions_enable=False,
)
suite = typer.Typer(no_args_is_help=True, help="For authors of suites.")
user = typer.Typer(no_args_is_help=True, help="Accounts.")
course = typer.Typer(no_args_is_help=True, help="Courses and their exercises.")
token = typer.Typer(no_args_is_help=True, help="Tokens for the REST API.")
app.add_typer(course, name="course")
app.add_typer(suite, name="suite")
app.add_typer(user, name="user")
app.add_typer(token, name="token")

SandboxKind = Literal["auto", "docker", "bubblewrap"]


@app.command("up")
def up_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: ABGABE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; default: ABGABE_PORT.")] = None,
) -> None:
    """Serve this installation until Ctrl-C; without a broker, grade in the same process."""
    from cli import up

    with failing_with(3):
        up.up(get_settings(), host, port)


@app.command("demo")
def demo_command(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; another one if it is taken.")] = None,
) -> None:
    """A demo course with accounts and two hand-ins, served until Ctrl-C. A second start keeps the data."""
    from cli import demo

    with failing_with(3):
        demo.demo(get_settings(), port)


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to this program's schema."""
    from cli import up

    with failing_with(3):
        up.migrate_database(get_settings())
        say("The database is up to date.")


@app.command("doctor")
def doctor_command(
    attack: Annotated[bool, typer.Option("--attack", help="Try every attack that we know, not only a few.")] = False,
) -> None:
    """Check this installation and prove that its sandbox holds. Exit 0: all is well."""
    from cli import doctor

    with failing_with(3):
        sys.exit(doctor.doctor(get_settings(), attack))


@app.command("grade")
def grade_command(
    exercise: Annotated[str, typer.Argument(help="An exercise's id, or a folder that holds a suite.toml.")],
    paths: Annotated[list[Path], typer.Argument(help="A zip, a folder, or .py files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    sandbox: Annotated[SandboxKind | None, typer.Option(help="Default: ABGABE_SANDBOX.")] = None,
    seed: Annotated[int, typer.Option(help="The exam's seed: the same seed gives the same inputs.")] = 0,
) -> None:
    """Grade a hand-in exactly as a worker does, without a database.

    Exit 0: every case has a verdict, whatever the points; 2: the hand-in was refused; 3: our or the suite's failure.
    """
    from cli import grade

    with failing_with(3):
        sys.exit(grade.grade(get_settings(), exercise, paths, as_json, sandbox, seed))


@app.command("practise")
def practise_command(
    exercise: Annotated[str, typer.Argument(help="An exercise's id, or a folder that holds a suite.toml.")],
    folder: Annotated[Path, typer.Argument(help="A folder with the student's code, or a zip.")],
    case: Annotated[str, typer.Option(help="Only the cases whose name contains this.")] = "",
    seed: Annotated[int, typer.Option(help="Other random numbers.")] = 0,
) -> None:
    """Run an exercise's visible cases on one's own code: without a server, without a sandbox, for no grade.

    Exit 0: all visible counting cases pass; 1: some do not; 2: it could not begin.
    """
    from cli import practise

    with failing_with(2):
        sys.exit(practise.practise(get_settings(), exercise, folder, ["--case", case, "--seed", str(seed)]))


@app.command("submit")
def submit_command(
    exercise: Annotated[str, typer.Argument(help="An exercise's id.")],
    paths: Annotated[list[Path], typer.Argument(help="A zip, a folder, or .py files.")],
    server: Annotated[str, typer.Option(envvar="ABGABE_SERVER", help="The server, e.g. https://abgabe.example.org.")],
    api_token: Annotated[str | None, typer.Option("--token", envvar="ABGABE_TOKEN", help="Your API token.")] = None,
    login: Annotated[str | None, typer.Option(help="Log in by name instead; asks for the password.")] = None,
) -> None:
    """Hand in to a server and watch the verdicts arrive. Exit codes as for grade."""
    from cli import submit

    sys.exit(submit.submit(exercise, paths, server, api_token, login))


@user.command("add")
def user_add_command(
    login: Annotated[str, typer.Argument(help="The name to log in with.")],
    name: Annotated[str, typer.Option(help="The name that staff see.")] = "",
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.STUDENT,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Make an account. Without --password-stdin a password is made up and printed once."""
    from cli import accounts

    with failing_with(2):
        accounts.add(get_settings(), login, name, role, password_stdin)


@user.command("list")
def user_list_command() -> None:
    """Every account: login, role, name."""
    from cli import accounts

    with failing_with(2):
        accounts.show(get_settings())


@user.command("password")
def user_password_command(
    login: Annotated[str, typer.Argument(help="Whose password is forgotten.")],
    password_stdin: Annotated[bool, typer.Option(help="Read the new password from standard input.")] = False,
) -> None:
    """Set a new password, printed once, and end the account's sessions and API tokens."""
    from cli import accounts

    with failing_with(2):
        accounts.renew_password(get_settings(), login, password_stdin)


@course.command("add")
def course_add_command(
    slug: Annotated[str, typer.Argument(help="The course's short name.")],
    exercises: Annotated[list[str], typer.Argument(help="Exercises by id, e.g. ex1.")],
    title: Annotated[str, typer.Option(help="The name that students see.")] = "",
) -> None:
    """Make a course, or add exercises to one."""
    from cli import courses

    with failing_with(2):
        courses.add(get_settings(), slug, title, exercises)


@course.command("list")
def course_list_command() -> None:
    """Every course with its exercises."""
    from cli import courses

    with failing_with(2):
        courses.show(get_settings())


@course.command("remove")
def course_remove_command(
    slug: Annotated[str, typer.Argument(help="The course's short name.")],
    exercise: Annotated[str, typer.Argument(help="The exercise, e.g. ex1.")],
) -> None:
    """Take an exercise out of a course, as long as nobody has handed in to it."""
    from cli import courses

    with failing_with(2):
        courses.remove(get_settings(), slug, exercise)


@course.command("limit")
def course_limit_command(
    slug: Annotated[str, typer.Argument(help="The course's short name.")],
    exercise: Annotated[str, typer.Argument(help="The exercise, e.g. ex1.")],
    per_day: Annotated[int | None, typer.Option(min=0, help="Hand-ins per student and day; 0: any number.")] = None,
    cool_down: Annotated[int | None, typer.Option(min=0, help="Minutes between two hand-ins; 0: none.")] = None,
    supersede: Annotated[
        bool | None, typer.Option(help="Whether a hand-in replaces the student's that still waits.")
    ] = None,
) -> None:
    """Say how often students may hand in to an exercise; without options, show it. Our failures never count."""
    from cli import courses

    with failing_with(2):
        courses.limit(get_settings(), slug, exercise, per_day, cool_down, supersede)


@course.command("dates")
def course_dates_command(
    slug: Annotated[str, typer.Argument(help="The course's short name.")],
    exercise: Annotated[str, typer.Argument(help="The exercise, e.g. ex1.")],
    opens: Annotated[str | None, typer.Option(help='First moment to hand in, e.g. "2026-12-01 09:00".')] = None,
    closes: Annotated[str | None, typer.Option(help='Deadline, e.g. "2026-12-15 23:59".')] = None,
    no_opening: Annotated[bool, typer.Option("--no-opening", help="It is open from the beginning.")] = False,
    no_closing: Annotated[bool, typer.Option("--no-closing", help="It stays open.")] = False,
) -> None:
    """Say from when until when students may hand in to an exercise; without options, show it.

    Times are on the clocks of ABGABE_TIME_ZONE, or carry their offset: "2026-12-15 23:59+01:00".
    """
    from cli import dates

    if (opens is not None and no_opening) or (closes is not None and no_closing):
        raise typer.BadParameter("give a date, or say that there is none")
    with failing_with(2):
        dates.dates(get_settings(), slug, exercise, dates.Wish(opens, no_opening), dates.Wish(closes, no_closing))


@app.command("regrade")
def regrade_command(
    submissions: Annotated[list[str] | None, typer.Argument(help="Ids of submissions.")] = None,
    exercise: Annotated[str, typer.Option(help="Instead: every graded hand-in to this exercise.")] = "",
    student: Annotated[str, typer.Option(help="Of these, only those of this login.")] = "",
) -> None:
    """Grade submissions again, behind all new ones. A result stays until the new one is final."""
    from cli import courses

    if not submissions and not exercise:
        raise typer.BadParameter("give ids of submissions, or --exercise")
    with failing_with(2):
        courses.regrade(get_settings(), submissions or [], exercise, student)


@token.command("create")
def token_create_command(
    login: Annotated[str, typer.Argument(help="Whose token.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "cli",
    days: Annotated[float | None, typer.Option(help="Days until it expires; default: never.")] = None,
) -> None:
    """Make an API token and print it, once."""
    from cli import accounts

    with failing_with(2):
        accounts.create_token_for(get_settings(), login, name, days)


@suite.command("check")
def suite_check_command(
    exercise: Annotated[str, typer.Argument(help="An exercise's id, or a folder that holds a suite.toml.")],
    candidates: Annotated[Path | None, typer.Option(help="Folder of hand-ins with expected.toml.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer seeds, fewer mutants.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only this check, e.g. mutants; may be repeated.")] = None,
    hand_in: Annotated[
        list[str] | None, typer.Option(help="Only whether this hand-in gets its verdicts; may be repeated.")
    ] = None,
    mutate: Annotated[str, typer.Option(help="The right hand-in whose mutants are tried.")] = "",
    minutes: Annotated[float, typer.Option(help="No exam begins later than so many minutes after the start.")] = 30.0,
    jobs: Annotated[int, typer.Option(min=1, help="Exams at a time.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    sandbox: Annotated[SandboxKind | None, typer.Option(help="Default: ABGABE_SANDBOX.")] = None,
) -> None:
    """Is a suite fit to decide grades? Known hand-ins, texts, seeds, times, practice, attacks, mutants.

    Exit 0: nothing to mend; 1: something; 2: it could not be checked.
    """
    from cli import suite_check

    wish = suite_check.Wish(candidates, quick, minutes, jobs, mutate, tuple(only or ()), tuple(hand_in or ()))
    with failing_with(2):
        sys.exit(suite_check.suite_check(get_settings(), exercise, sandbox, wish, as_json))
