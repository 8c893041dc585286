"""What was verified as JUnit XML, which build servers show: a test case for each law.

VIOLATED is a failure with its story, UNKNOWN is skipped with its reason. Characters that XML cannot hold are spelt out.
"""

from __future__ import annotations

from xml.etree import ElementTree

from kubeproof.model.errors import printable
from kubeproof.properties.queries.verified import Verified, detail, story
from kubeproof.properties.verdict import Outcome

SUITE = "kubeproof verify"


def junit(answer: Verified) -> bytes:
    """The report as a file's content."""
    outcomes = [one.outcome for one in answer.verdicts]
    counts = {
        "tests": len(outcomes),
        "failures": outcomes.count(Outcome.VIOLATED),
        "errors": 0,
        "skipped": outcomes.count(Outcome.UNKNOWN),
    }
    attributes = {"name": SUITE, **{name: str(count) for name, count in counts.items()}}
    top = ElementTree.Element("testsuites", attributes)
    suite = ElementTree.SubElement(top, "testsuite", attributes)
    for one in answer.findings:
        verdict = one.verdict
        case = ElementTree.SubElement(suite, "testcase", {"classname": SUITE, "name": printable(verdict.law)})
        if verdict.outcome is Outcome.VIOLATED:
            failure = ElementTree.SubElement(case, "failure", {"message": printable(verdict.why or "violated")})
            failure.text = "\n".join(map(printable, story(one)))
        elif verdict.outcome is Outcome.UNKNOWN:
            ElementTree.SubElement(case, "skipped", {"message": printable(verdict.why)})
        lines = [verdict.outcome.value, detail(one), *(f"assumed: {each}" for each in verdict.assumes)]
        ElementTree.SubElement(case, "system-out").text = "\n".join(map(printable, lines))
    ElementTree.indent(top)
    told = ElementTree.tostring(top, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{told}\n'.encode()
