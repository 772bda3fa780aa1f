"""A page is made of the sections that it is given: their questions, answers, data and scripts, and nothing else."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from groupinf.reporting.html.frame import Frame, framed
from groupinf.reporting.html.parts.markup import element
from groupinf.reporting.html.section import Answer, Material, Section


def answer(material: Material) -> Answer:
    return Answer(element("p", {}, "1 < 2"), {"numbers": [1, 2]}, ("sort();",))


TOY = Section("toy", "Toy", "Which toy?", answer)


def test_a_section_from_outside_brings_its_question_data_and_script() -> None:
    material = Material([], [], None, False, lambda run, method: b"")  # type: ignore[arg-type]
    text = framed(Frame("A page", [element("p", {}, "opening")], [(TOY, TOY.answer(material))], ".k{}"))
    assert '<a href="#toy">Toy</a>' in text
    assert '<h2 id="toy-heading">Which toy?</h2><p>1 &lt; 2</p>' in text
    assert '<script type="application/json" id="numbers">[1,2]</script>' in text
    assert text.index('id="numbers"') < text.index("<script>sort();</script>")
    assert f"sha256-{base64.b64encode(hashlib.sha256(b'sort();').digest()).decode()}" in text
    assert text.index("opening") < text.index("<nav")
    assert ".k{}</style>" in text


def test_a_script_that_two_sections_need_runs_once() -> None:
    material = Material([], [], None, False, lambda run, method: b"")  # type: ignore[arg-type]
    answered = [(section, section.answer(material)) for section in (TOY, replace(TOY, name="other"))]
    assert framed(Frame("A page", [], answered, "")).count("<script>sort();</script>") == 1
