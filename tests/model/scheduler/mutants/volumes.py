"""What a pod's volumes ask for: VolumeRestrictions, NodeVolumeLimits, VolumeBinding and VolumeZone, broken."""

from functools import partial

from kubeproof.model.objects import volumes as objects
from kubeproof.model.scheduler import attached, open_node, volume_matching
from kubeproof.model.scheduler.filters import node_volume_limits, volume_binding, volume_restrictions, volume_zone
from tests.model.scheduler.filters import test_node_volume_limits as limits
from tests.model.scheduler.filters import test_volume_binding as binding
from tests.model.scheduler.filters import test_volume_restrictions as shared
from tests.model.scheduler.filters import test_volume_zone as zones
from tests.model.scheduler.filters.volumes import binding as binds
from tests.model.scheduler.mutants.mutant import Mutant, row

disk, zone, limit = partial(row, shared.CASES), partial(row, zones.CASES), partial(row, limits.CASES)
bound, made = partial(row, binding.BOUND), partial(row, binding.MADE)

MUTANTS = (
    # VolumeRestrictions
    Mutant(
        "disks that are only read conflict",
        open_node.disks_conflict,
        "not (one.read_only and other.read_only)",
        "True",
        disk("unless all read only"),
    ),
    Mutant(
        "one reader is enough to share a disk",
        open_node.disks_conflict,
        "one.read_only and other.read_only",
        "one.read_only or other.read_only",
        disk("all means both"),
    ),
    Mutant(
        "disks of AWS are shared by readers",
        open_node.disks_conflict,
        'one.kind == "awsElasticBlockStore" or',
        "",
        disk("one of AWS is for one pod even so"),
    ),
    Mutant(
        "every disk of a kind is the same",
        open_node.disks_conflict,
        "(one.kind, one.identity) != (other.kind, other.identity)",
        "one.kind != other.kind",
        disk("another disk is another disk"),
    ),
    Mutant(
        "monitors are ignored",
        open_node.disks_conflict,
        "one.monitors.isdisjoint(other.monitors)",
        "False",
        disk("no monitor in common makes it another"),
    ),
    Mutant(
        "all monitors must be the same",
        open_node.disks_conflict,
        "one.monitors.isdisjoint(other.monitors)",
        "one.monitors != other.monitors",
        disk("one monitor in common makes an image the same"),
    ),
    Mutant(
        "an image has no pool by default",
        objects.of_volume,
        'raw.rbd.pool or "rbd"',
        'raw.rbd.pool or ""',
        disk("the pool is rbd unless it says otherwise"),
    ),
    Mutant(
        "a disk is taken everywhere",
        volume_restrictions.clauses,
        "pods(OnDisk(disk))",
        "total(pods(OnDisk(disk)))",
        disk("a disk of Google Cloud is for one pod"),
    ),
    Mutant(
        "a claim for one pod keeps out its node only",
        volume_restrictions.clauses,
        "total(pods(OnClaim(pod.namespace, name)))",
        "pods(OnClaim(pod.namespace, name))",
        disk("a claim for one pod keeps others out everywhere"),
    ),
    Mutant(
        "a claim for one node is for one pod",
        volume_restrictions.clauses,
        '"ReadWriteOncePod" in claim.access_modes',
        "claim.access_modes",
        disk("a claim for one node is for all pods there"),
    ),
    Mutant(
        "a claim's namespace is ignored",
        open_node.counts,
        "pod.namespace == namespace and claim in claims",
        "claim in claims",
        disk("a claim of the same name in another namespace is another claim"),
    ),
    Mutant(
        "a missing claim is no matter",
        volume_restrictions.missing_claim,
        "FALSE",
        "~FALSE",
        disk("a claim that does not exist rejects the pod"),
    ),
    # NodeVolumeLimits
    Mutant(
        "a limit is one too few",
        node_volume_limits.clauses,
        "<= attach_limit(driver)",
        "< attach_limit(driver)",
        limit("a node takes as many volumes as its driver says"),
        limits.says,
    ),
    Mutant(
        "what is there already is ignored",
        node_volume_limits.clauses,
        "attached_volumes(driver) + new",
        "new",
        limit("and no more"),
        limits.says,
    ),
    Mutant(
        "a pod brings one volume",
        node_volume_limits.clauses,
        "attached_volumes(driver) + new",
        "attached_volumes(driver) + 1",
        limit("all that the pod brings must fit"),
        limits.says,
    ),
    Mutant(
        "a volume that is there already costs",
        node_volume_limits._new,
        "(pods(users) <= 0).then(1, 0)",
        "(pods(users) <= 9).then(1, 0)",
        limit("a volume that is there already costs nothing"),
        limits.says,
    ),
    Mutant(
        "a pod that brings nothing new is refused where there are too many",
        node_volume_limits.clauses,
        "(new <= 0) |",
        "",
        limit("not even where there are too many"),
        limits.says,
    ),
    Mutant(
        "what is attached does not count",
        attached.by_attachment,
        "for attachment in storage.attachments",
        "for attachment in ()",
        limit("one that is still attached does"),
        limits.says,
    ),
    Mutant(
        "volumes of the old kind count as attached",
        attached.by_attachment,
        'volume.source == "csi" and',
        "",
        limit("as an attachment it is not"),
        limits.says,
    ),
    Mutant(
        "volumes that are yet to be made do not count",
        attached.of_claim,
        "return CsiVolume(driver, f",
        "return None and CsiVolume(driver, f",
        limit("a volume that is yet to be made counts"),
        limits.says,
    ),
    Mutant(
        "a zone is part of a disk's name",
        objects.ebs_handle,
        '.partition("/")[2]',
        "",
        limit("and is the same as the claim's"),
        limits.says,
    ),
    # VolumeBinding
    Mutant(
        "volumes are reached from everywhere",
        volume_matching.reach,
        "volume.node_terms is None",
        "True",
        bound("a bound volume is reached where its node affinity says"),
        binds,
    ),
    Mutant(
        "every term of a volume must match",
        volume_matching.reach,
        "any_of(",
        "all_of(",
        bound("any of its terms will do"),
        binds,
    ),
    Mutant(
        "a volume that is gone speaks for all",
        volume_binding._bound,
        "Clause(~before,",
        "Clause(FALSE,",
        bound("of bound claims the first that fails speaks"),
        binds,
    ),
    Mutant(
        "topologies are ignored",
        volume_binding._makes,
        "any_of(places) if made_by.topologies else TRUE",
        "TRUE",
        made("but only where its topology allows"),
        binds,
    ),
    Mutant(
        "every topology must match",
        volume_binding._makes,
        "any_of(places)",
        "all_of(places)",
        made("any of its places will do"),
        binds,
    ),
    Mutant(
        "a volume is always made",
        volume_binding._waiting,
        "has_volume, makes))",
        "makes))",
        made("a volume that is found need not be made"),
        binds,
    ),
    Mutant(
        "capacity must be more than enough",
        volume_binding._room,
        "capacity.limit >= size",
        "capacity.limit > size",
        made("enough is enough"),
        binds,
    ),
    Mutant(
        "capacity is not looked at",
        volume_binding._room,
        "made_by.provisioner not in storage.tracked",
        "True",
        made("less is not"),
        binds,
    ),
    Mutant(
        "capacity of other classes counts",
        volume_binding._room,
        "capacity.storage_class == made_by.name and",
        "",
        made("capacity of another class does not count"),
        binds,
    ),
    Mutant(
        "capacity is reached from everywhere",
        volume_binding._selected,
        "if selector.nothing:",
        "return ~FALSE\n    if selector.nothing:",
        made("only where it is reached"),
        binds,
    ),
    Mutant(
        "a driver that does not track is asked",
        volume_binding._room,
        " or made_by.provisioner not in storage.tracked",
        "",
        made("a driver that does not track is not asked"),
        binds,
    ),
    # VolumeZone
    Mutant(
        "zones are not looked at",
        volume_zone._zones,
        "~_zoned() | _in(key, stable, zones)",
        "~_zoned() | _zoned()",
        zone("a volume with a zone is reached from there, and from nodes without"),
    ),
    Mutant(
        "nodes without a zone are in none",
        volume_zone._zones,
        "~_zoned() |",
        "",
        zone("a volume with a zone is reached from there, and from nodes without"),
    ),
    Mutant(
        "a label names one zone",
        volume_zone._zones,
        ".split(DELIMITER)",
        ".split('|')",
        zone("a label may name two zones"),
    ),
    Mutant(
        "empty parts of a label are dropped",
        volume_zone._zones,
        "if all(zones)",
        "if any(zones)",
        zone("a label with an empty part does not count"),
    ),
    Mutant(
        "old names are old",
        volume_zone._in,
        "if key == stable",
        "if True",
        zone("the old name of the label means the new one"),
    ),
    Mutant(
        "a node's old name does not go first",
        volume_zone._in,
        "(~has_label(key) & labelled(",
        "(labelled(",
        zone("but a node's own old name goes first"),
    ),
)
