"""Attacks on what lies outside of the sandboxes: the upload, the pages, the command line, the logs. Each with what
stops it and the test that tries it."""

from __future__ import annotations

from dataclasses import dataclass

INTAKE = "tests/core/test_intake_refusals.py"
UPLOADS = "tests/core/test_intake_uploads.py"
HERE = "tests/attacks/test_outside.py"


@dataclass(frozen=True)
class Outside:
    """``test``: file::Class::test."""

    tries: str
    stopped_by: str
    test: str


OUTSIDE = (
    Outside(
        "File names that lead out of the folder: .., absolute paths, drive letters, backslashes, NUL.",
        "refused by name; nothing is unpacked, and paths are built from the exercise's list",
        f"{INTAKE}::TestNames::test_are_refused",
    ),
    Outside(
        "A name cut short by a NUL byte: one name is checked, another one used.",
        "refused",
        f"{INTAKE}::TestNames::test_a_nul_does_not_cut_a_name",
    ),
    Outside(
        "Two entries of the same name, by case, by Unicode form, or exactly: which one is checked, which one graded?",
        "refused, also where both are equal",
        f"{INTAKE}::TestDuplicates::test_are_refused_even_if_equal",
    ),
    Outside(
        "Symbolic links, devices, pipes and sockets in a zip.",
        "refused by the entry's kind",
        f"{INTAKE}::TestEntriesThatAreNoFiles::test_are_refused",
    ),
    Outside(
        "Links in a folder that the command line packs.",
        "links are not followed",
        f"{UPLOADS}::TestFromPaths::test_links_in_a_folder_are_not_followed",
    ),
    Outside(
        "Zip bombs: 42.zip, and ratios of a thousand.",
        "limits on bytes that were really unpacked, on count, depth and ratio",
        f"{INTAKE}::TestBombs::test_42_zip",
    ),
    Outside(
        "A bomb whose directory says that it is small.",
        "unpacking stops where the directory says that the file ends",
        f"{INTAKE}::TestBombs::test_a_bomb_that_claims_to_be_small_stops_where_it_claims_to_end",
    ),
    Outside(
        "Overlapping entries that share their packed bytes.",
        "the limit on everything together counts each entry's bytes",
        f"{INTAKE}::TestBombs::test_entries_that_share_their_bytes",
    ),
    Outside(
        "Zips in zips.",
        "one level, and within it the same limits",
        f"{INTAKE}::TestBombs::test_a_chain_of_zips_ends_after_one",
    ),
    Outside(
        "Compression whose decoder takes as much memory as the file asks for.",
        "two methods are accepted, the others refused",
        f"{INTAKE}::TestCompression::test_unusual_methods_have_no_bound_on_memory",
    ),
    Outside(
        "A zip cut or changed at any byte.",
        "refused, or read as what it is; never an exception that nobody expects",
        f"{INTAKE}::TestNotAZip::test_every_cut_and_every_flipped_byte_is_refused_or_harmless",
    ),
    Outside(
        "An upload that does not end, with or without a size.",
        "measured while it is read",
        "tests/server/test_guards.py::TestBodyLimit::test_an_unannounced_size_is_refused_while_reading",
    ),
    Outside(
        "File names that write backwards, hide a part of themselves or steer a terminal.",
        "such characters are replaced where a name is shown",
        "tests/core/test_intake_names.py::test_what_is_shown_cannot_mislead",
    ),
    Outside(
        "A file that takes the name of a provided one, or of our own code.",
        "provided files are laid over what is handed in",
        "tests/core/test_intake_trees.py::*::test_misplaced_copies_of_provided_files",
    ),
    Outside(
        "HTML and scripts in code, prints, exceptions and file names, for the pages of students and staff.",
        "escaped by the templates; a policy that allows no inline code",
        "tests/server/test_pages.py::TestSubmission::test_what_a_student_wrote_is_text_and_never_html",
    ),
    Outside(
        "A hand-in that is opened in a tutor's browser.",
        "served as an attachment, of no type that a browser shows",
        "tests/server/test_uploads.py::*::test_is_what_was_handed_in_and_opens_in_no_browser",
    ),
    Outside(
        "Another student's submission, by its id, over pages and the API.",
        "it answers as one that does not exist",
        "tests/server/test_access.py::test_a_foreign_submission_looks_like_none",
    ),
    Outside(
        "A form sent from another site in a logged-in reader's browser.",
        "a token of the page, and cookies that other sites do not send",
        "tests/server/test_access.py::test_no_form_works_without_the_secret_of_its_page",
    ),
    Outside(
        "Guessing passwords, over the page and the API in turn.",
        "a limit on failures per account and address, for both doors",
        "tests/server/test_api.py::TestTokens::test_guessing_is_slowed_down_across_both_doors",
    ),
    Outside(
        "Terminal escapes, text that runs backwards and forged verdicts in what the code prints and raises, "
        "for whoever reads them in a terminal.",
        "replaced where text leaves the sandbox; the command line interprets no markup",
        f"{HERE}::test_what_the_code_prints_steers_no_terminal",
    ),
    Outside(
        "Names and texts with line breaks, to forge lines of the log.",
        "a value is escaped; an event is one line",
        f"{HERE}::test_a_value_begins_no_line_of_the_log",
    ),
)
