"""Machines as Promela and TLA+: exact texts, the operators that both know, and syntax that holds whatever the names."""

import shutil
import subprocess
from enum import Enum
from pathlib import Path

import pytest
import tla as parser
from hypothesis import HealthCheck, given, settings

from kubeproof.model.errors import NotModelled
from kubeproof.model.export import promela, tla
from kubeproof.model.export.claims import OPERATORS, Claim
from kubeproof.model.logic.terms import AGGREGATES, Op, Term, const, real, total
from kubeproof.model.machine import ANY, Machine, Step, after, between, boolean, one_of
from kubeproof.properties.claims import claim
from kubeproof.properties.law import Law
from kubeproof.properties.strategies.machines import laws, machines

FLOATS = {Op.RATIO, Op.REAL, Op.TRUNC, Op.ROUND, Op.SQRT, Op.LOG}


class Light(Enum):
    OFF = "off"
    ON = "on"


light, age, new = one_of("light", Light), between("age", -1, 2), boolean("new one")
LAMP = Machine(
    "lamp",
    start={light: Light.OFF, age: 0, new: ANY},
    steps=(
        Step("switch on", "user", light.eq(Light.OFF), {light: Light.ON, new: False}, fair=False),
        Step("burn", "lamp", light.eq(Light.ON), {age: age + 1, light: age.eq(1).then(Light.OFF, light)}),
    ),
)
CLAIMS = (
    Claim("it lights", "sometimes", light.eq(Light.ON)),
    Claim("age grows", "every step", age <= after(age)),
    Claim("it goes out", "leads to", light.eq(Light.OFF), light.eq(Light.ON)),
    Claim('a "name" */ with\nlines', "always", age // 2 <= 1, new),
)

PROMELA = """\
/* lamp, a machine of kubeproof.
   SPIN stores 1 state more than can be reached: the one before the start is chosen. */
/* -DLAW_1: it lights: sometimes light = on */
/* -DLAW_2: age grows: every step age <= age' */
/* -DLAW_3: it goes out: leads to light = on => light = off */
/* -DLAW_4: a "name" * / with\\nlines: always new one => age div 2 <= 1 */
#if defined(LAW_3)
#define FOR_EVER
#endif
#define e_Light_OFF 0 /* off */
#define e_Light_ON 1 /* on */
byte v_light; /* light: one of off, on */
short v_age; /* age: -1 to 2 */
bool v_new_one; /* new one: true or false */
int t_v_age;
int t_v_light;
#ifdef FOR_EVER
short last; /* 0 before the start, then the step taken last */
#define TOOK(step) last = step
#else
#define TOOK(step) skip
#endif
#if defined(LAW_1)
#define CHECK assert(!((v_light == e_Light_ON)))
#define CHECK_1 skip
#define CHECK_2 skip
#elif defined(LAW_2)
#define CHECK skip
#define CHECK_1 assert((!((v_light == e_Light_OFF)) || (v_age <= v_age)))
#define CHECK_2 assert((!((v_light == e_Light_ON)) || (v_age <= (v_age + (1)))))
#elif defined(LAW_4)
#define CHECK assert((!(v_new_one) || (((2) == 0 -> 0 : v_age / ((2) == 0 -> 1 : (2))) <= (1))))
#define CHECK_1 skip
#define CHECK_2 skip
#else
#define CHECK skip
#define CHECK_1 skip
#define CHECK_2 skip
#endif
active proctype machine()
{
atomic {
  if :: v_light = (0) fi;
  if :: v_age = (0) fi;
  if :: v_new_one = (0) :: v_new_one = (1) fi;
  TOOK(1); CHECK
}
end: do
  :: d_step { /* user: switch on */
     (v_light == e_Light_OFF) -> CHECK_1;
     v_light = e_Light_ON;
     v_new_one = false;
     TOOK(2); CHECK
     }
  :: d_step { /* lamp: burn */
     (v_light == e_Light_ON) -> CHECK_2;
     assert((((-1) <= (v_age + (1))) && ((v_age + (1)) <= (2))));
     t_v_age = (v_age + (1));
     t_v_light = ((v_age == (1)) -> e_Light_OFF : v_light);
     v_age = t_v_age;
     t_v_age = 0;
     v_light = t_v_light;
     t_v_light = 0;
     TOOK(3); CHECK
     }
#ifdef FOR_EVER
  :: d_step { !((v_light == e_Light_ON)) -> TOOK(1) } /* stands still, owing nothing */
#else
  :: false
#endif
  od
}
#ifdef LAW_3
/* weak fairness of the fair steps => [] (premise -> <> term), turned round */
never {
before:
  if
  :: true -> goto before
  :: (last > 0 && (v_light == e_Light_ON) && !((v_light == e_Light_OFF))) -> goto due_1
  fi;
due_1: /* burn */
  if
  :: (!((v_light == e_Light_OFF)) && (last == 3 || !((v_light == e_Light_ON)))) -> goto accept_round
  :: (!((v_light == e_Light_OFF))) -> goto due_1
  fi;
accept_round:
  if
  :: (!((v_light == e_Light_OFF))) -> goto due_1
  fi
}
#endif
"""

TLA = """\
---- MODULE M_lamp ----
\\* lamp, a machine of kubeproof
EXTENDS Integers
VARIABLES v_light, v_age, v_new_one
vars == <<v_light, v_age, v_new_one>>
Size(a) == IF a < 0 THEN -a ELSE a
Quotient(a, b) == IF b = 0 THEN 0 ELSE
  IF (a < 0) = (b < 0) THEN Size(a) \\div Size(b) ELSE -(Size(a) \\div Size(b))
TypeOK ==
  /\\ v_light \\in {"off", "on"}
  /\\ v_age \\in (-1)..2
  /\\ v_new_one \\in BOOLEAN
Init ==
  /\\ v_light \\in {"off"}
  /\\ v_age \\in {0}
  /\\ v_new_one \\in {FALSE, TRUE}
\\* user: switch on
s_switch_on ==
  /\\ (v_light = "off")
  /\\ v_light' = "on"
  /\\ v_new_one' = FALSE
  /\\ UNCHANGED <<v_age>>
\\* lamp: burn
s_burn ==
  /\\ (v_light = "on")
  /\\ v_age' = (v_age + 1)
  /\\ v_light' = (IF (v_age = 1) THEN "off" ELSE v_light)
  /\\ UNCHANGED <<v_new_one>>
Next == s_switch_on \\/ s_burn
Spec == Init /\\ [][Next]_vars /\\ WF_vars(s_burn)
\\* sometimes: it lights
law_1 == ~(v_light = "on")
\\* every step: age grows
law_2 == [][(v_age <= v_age')]_vars
\\* leads to: it goes out
law_3 == (v_light = "on") ~> (v_light = "off")
\\* always: a "name" * / with\\nlines
law_4 == (~(v_new_one) \\/ (Quotient(v_age, 2) <= 1))
====
"""

CONFIGURATION = """\
SPECIFICATION Spec
CHECK_DEADLOCK FALSE
INVARIANT TypeOK
PROPERTY law_2
PROPERTY law_3
INVARIANT law_4
"""


def test_a_machine_as_promela() -> None:
    assert promela.promela(LAMP, CLAIMS) == PROMELA


def test_a_machine_as_tla() -> None:
    assert tla.tla(LAMP, CLAIMS) == ("M_lamp", TLA, CONFIGURATION)


def test_both_know_every_operator_that_machines_may_use() -> None:
    assert set(promela.TABLE) == set(tla.TABLE) == OPERATORS == set(Op) - AGGREGATES - FLOATS


@pytest.mark.parametrize("strange", [real(age) <= 1.5, total(age) <= const(1)], ids=("a float", "an aggregate"))
def test_what_has_no_words_there_is_refused(strange: Term) -> None:
    broken = Claim("strange", "always", strange)
    for export in (promela.promela, tla.tla):
        with pytest.raises(NotModelled, match="in an export to another checker"):
            export(LAMP, [broken])


def test_numbers_that_spin_has_no_room_for_are_refused() -> None:
    wide = between("wide", 0, 2**40)
    with pytest.raises(NotModelled, match="wide: not modelled: numbers of more than 32 bits, in Promela"):
        promela.promela(Machine("wide", start={wide: 0}, steps=()))


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(machines().flatmap(laws))
def test_tla_is_well_formed_whatever_the_names(law: Law) -> None:
    module = tla.tla(law.machine, [claim(law)])
    assert parser.parse(module.text) is not None
    assert module.configuration.isascii()


@pytest.mark.skipif(shutil.which("spin") is None, reason="not installed: spin")
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(machines().flatmap(laws))
def test_promela_is_well_formed_whatever_the_names(tmp_path: Path, law: Law) -> None:
    (tmp_path / "machine.pml").write_text(promela.promela(law.machine, [claim(law)]), encoding="ascii")
    for chosen in ([], ["-DLAW_1"]):
        done = subprocess.run(["spin", "-a", *chosen, "machine.pml"], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout
