"""What a node has left: NodePorts and NodeResourcesFit, broken."""

from kubeproof.model.objects import pod, quantity, resources, snapshot
from kubeproof.model.scheduler import columns, cycle, open_node
from kubeproof.model.scheduler.filters import (
    node_ports,
    node_resources_fit,
)
from tests.model.scheduler.filters import test_node_ports as ports
from tests.model.scheduler.filters import test_node_resources_fit as fit
from tests.model.scheduler.mutants.mutant import Mutant

MUTANTS = (
    # NodePorts
    Mutant("ports are not looked at", node_ports.clauses, "sorted(pod.spec.host_ports)", "()", ports.SAME),
    Mutant("a taken port is final", node_ports.clauses, "resolvable=True", "resolvable=False", ports.SAME),
    Mutant(
        "the port's number is ignored",
        open_node.conflict,
        "(one.protocol, one.port) == (other.protocol, other.port)",
        "one.protocol == other.protocol",
        ports.OTHER_NUMBER,
    ),
    Mutant(
        "the protocol is ignored",
        open_node.conflict,
        "(one.protocol, one.port) == (other.protocol, other.port)",
        "one.port == other.port",
        ports.OTHER_PROTOCOL,
    ),
    Mutant("the address is ignored", open_node.conflict, "same_address and", "", ports.OTHER_ADDRESS),
    Mutant(
        "0.0.0.0 is an address like others",
        open_node.conflict,
        "or ANY_ADDRESS in (one.ip, other.ip)",
        "",
        ports.EVERY_ADDRESS_HELD,
    ),
    Mutant(
        "only the asking pod's 0.0.0.0 is every address",
        open_node.conflict,
        "in (one.ip, other.ip)",
        "== one.ip",
        ports.EVERY_ADDRESS_HELD,
    ),
    Mutant(
        "only the holding pod's 0.0.0.0 is every address",
        open_node.conflict,
        "in (one.ip, other.ip)",
        "== other.ip",
        ports.EVERY_ADDRESS_ASKED,
    ),
    Mutant(
        "sidecars' ports are forgotten",
        pod._host_ports,
        "(*spec.containers, *sidecars)",
        "spec.containers",
        ports.SIDECAR,
    ),
    Mutant("init containers hold ports", pod._host_ports, 'if c.restartPolicy == "Always"', "", ports.INIT),
    Mutant("the host's network is ignored", pod._host_ports, "if spec.hostNetwork", "if False", ports.HOST_NETWORK),
    # NodeResourcesFit
    Mutant(
        "what is exactly free is not enough",
        node_resources_fit._request,
        "free(resource) >= want",
        "free(resource) > want",
        fit.EXACTLY,
    ),
    Mutant(
        "what others take is ignored",
        node_resources_fit._request,
        "free(resource) >= want",
        "alloc(resource) >= want",
        fit.TAKEN,
    ),
    Mutant(
        "what is taken is final",
        node_resources_fit._request,
        "free(resource) >= want, reason, True",
        "free(resource) >= want, reason, False",
        fit.TAKEN,
    ),
    Mutant(
        "what a node lacks could be preempted",
        node_resources_fit._request,
        "alloc(resource) >= want, reason, False",
        "alloc(resource) >= want, reason, True",
        fit.TOO_SMALL,
    ),
    Mutant(
        "the last place cannot be had", node_resources_fit.clauses, "free(PODS) >= 1", "free(PODS) > 1", fit.LAST_PLACE
    ),
    Mutant("places are not counted", node_resources_fit.clauses, "free(PODS) >= 1", "free(PODS) >= -9", fit.LAST_PLACE),
    Mutant(
        "only the first reason is said",
        cycle.refusal,
        "failed if plugin.says is Says.ALL else failed[:1]",
        "failed[:1]",
        fit.ALL_REASONS,
    ),
    Mutant("one reason that could change makes the refusal so", cycle._code, "if all(", "if any(", fit.MIXED),
    Mutant(
        "a request for nothing must be free, too",
        node_resources_fit.clauses,
        "want > 0",
        "want >= 0",
        fit.OVERCOMMITTED,
    ),
    Mutant("devices are not counted", node_resources_fit.counted, '"/" in resource', "False", fit.EXTENDED),
    Mutant(
        "huge pages are not counted",
        node_resources_fit.counted,
        "or resource.startswith(COUNTED_PREFIXES)",
        "",
        fit.HUGE_PAGES,
    ),
    Mutant("cpu is rounded down", quantity._rescaled, "-(-abs(mantissa) // part)", "abs(mantissa) // part", fit.CPU_UP),
    Mutant(
        "memory is rounded down",
        quantity._rescaled,
        "-(-abs(mantissa) // part)",
        "abs(mantissa) // part",
        fit.MEMORY_UP,
    ),
    Mutant(
        "the largest container decides",
        resources._aggregate,
        '_add(total, of(container, f"spec.containers[{i}]"))',
        "_raise_to(total, of(container, ''))",
        fit.ADDED_UP,
    ),
    Mutant("init containers are forgotten", resources._aggregate, "_raise_to(total, peak)", "pass", fit.INIT_PEAK),
    Mutant(
        "init containers are added",
        resources._aggregate,
        "_raise_to(total, peak)",
        "_add(total, peak)",
        fit.INIT_NOT_ADDED,
    ),
    Mutant("sidecars are taken for init containers", resources._aggregate, "_add(total, own)", "pass", fit.SIDECAR),
    Mutant(
        "init containers run without the sidecars before them",
        resources._aggregate,
        "_add(moment, sidecars)",
        "pass",
        fit.SIDECAR_THEN_INIT,
    ),
    Mutant(
        "sidecars run before they start",
        resources._aggregate,
        "_add(sidecars, own)",
        "_add(sidecars, own); _add(peak, own)",
        fit.INIT_THEN_SIDECAR,
    ),
    Mutant(
        "overhead is forgotten", resources.pod_requests, "if not exclude_overhead", "if exclude_overhead", fit.OVERHEAD
    ),
    Mutant(
        "requests of the pod as a whole are ignored",
        resources.pod_requests,
        "if not skip_pod_level",
        "if skip_pod_level",
        fit.POD_LEVEL,
    ),
    Mutant(
        "pods that are being deleted take no room",
        columns.ClusterColumns.__init__,
        "if pod.node in self.index]",
        "if pod.node in self.index and not pod.deleting]",
        fit.TERMINATING,
    ),
    Mutant("pods that have ended take room", snapshot.Snapshot.with_pods, "if not p.terminal", "", fit.ENDED),
    Mutant(
        "an infeasible resize counts",
        resources._Resizes.requests,
        "given if self._infeasible else",
        "",
        fit.RESIZE_INFEASIBLE,
    ),
    Mutant(
        "a resize that waits does not count",
        resources._Resizes.requests,
        "given if self._infeasible else _most(asked, given)",
        "given",
        fit.RESIZE_WAITS,
    ),
)
