"""The data set on a part of the table, as a split into training and validation leaves it."""

from __future__ import annotations

import numpy as np
import pytest
from support import seed_from

from exam.checks import assert_close, assert_equal

IMAGE = {"en": "the image", "de": "das Bild"}
LABEL = {"en": "the label", "de": "das Label"}
ROWS = 12


@pytest.mark.advisory
def test_length(student, rng):
    """A data set of a part of the table has as many samples as that part has rows.

    de: Ein Datensatz aus einem Teil der Tabelle hat so viele Beispiele, wie der Teil Zeilen hat.
    hint: `len(self.data)` of the frame that was passed; do not read data.csv again, do not write 2000.
    hint.de: `len(self.data)` der Tabelle, die übergeben wurde; lies data.csv nicht neu, schreibe nicht 2000.
    why: The course's tests use the whole table. Trainings use parts of it.
    why.de: Die Kurstests benutzen die ganze Tabelle. Trainings benutzen Teile davon.
    """
    rows = student.ExamData.part(ROWS, seed_from(rng))
    count = len(student.data.ChallengeDataset(rows, "val"))
    assert_equal(count, ROWS, what={"en": "the length of the data set", "de": "die Länge des Datensatzes"})


@pytest.mark.advisory
def test_rows_by_position(student, rng):
    """Sample i of a part of the table is row i of that part, whatever number the row has in the table.

    de: Beispiel i eines Teils der Tabelle ist Zeile i dieses Teils, gleich welche Nummer sie in der Tabelle hat.
    hint: After train_test_split a frame keeps its old row numbers: `data.iloc[index]`, not `data.loc[index]` or
      `data["crack"][index]`.
    hint.de: Nach train_test_split behält eine Tabelle ihre alten Zeilennummern: `data.iloc[index]`, nicht
      `data.loc[index]` oder `data["crack"][index]`.
    why: The course's tests use the whole table, where both are the same. After a split, a wrong row or an error comes.
    why.de: Die Kurstests benutzen die ganze Tabelle, wo beides dasselbe ist. Nach einer Aufteilung kommt eine falsche
      Zeile oder ein Fehler.
    """
    rows = student.ExamData.part(ROWS, seed_from(rng))
    dataset = student.data.ChallengeDataset(rows, "val")
    whole = student.data.ChallengeDataset(student.ExamData.table(), "val")
    for position, number in enumerate(student.ExamData.numbers(rows)[:3]):
        image, label = student.ExamData.sample(dataset, position)
        wanted_image, wanted_label = student.ExamData.sample(whole, number)
        assert_close(image, wanted_image, what=IMAGE)
        assert_close(label, wanted_label, what=LABEL)


@pytest.mark.advisory
def test_label_order(student):
    """The label is (crack, inactive), in this order, as in the table.

    de: Das Label ist (crack, inactive), in dieser Reihenfolge, wie in der Tabelle.
    hint: `row["crack"], row["inactive"]`.
    hint.de: `row["crack"], row["inactive"]`.
    why: The course's tests count the values only. A network that learns them in the other order gets both F1 scores
      wrong in the challenge.
    why.de: Die Kurstests zählen die Werte nur. Ein Netz, das sie andersherum lernt, bekommt in der Challenge für beide
      einen falschen F1-Wert.
    """
    rows = student.ExamData.each_combination()
    dataset = student.data.ChallengeDataset(rows, "val")
    for index, wanted in enumerate(student.ExamData.labels(rows)):
        _, label = student.ExamData.sample(dataset, index)
        assert_close(np.ravel(label), wanted, what=LABEL)
