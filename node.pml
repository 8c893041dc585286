/* node, a machine of kubeproof.
   SPIN stores 1 state more than can be reached: the one before the start is chosen. */
/* -DLAW_1: a cordoned node gets no new pod: every step guest != running and guest' = running and guest = none => not cordoned */
/* -DLAW_2: a tainted node gets no pod that tolerates nothing: every step guest != running and guest' = running and guest = none => NoSchedule = none */
/* -DLAW_3: a control-plane node gets no pod that tolerates nothing: every step guest != running and guest' = running and guest = none => role = worker */
/* -DLAW_4: only a silent node becomes Unknown: every step Ready != Unknown and Ready' = Unknown => not fresh */
/* -DLAW_5: a pod is evicted only from a node with a NoExecute taint: every step guest != evicted and guest' = evicted => NoExecute != none */
/* -DLAW_6: an evicted pod ends on a node that is there, or is collected: every step guest = evicted and guest' != evicted => alive or not exists */
/* -DLAW_7: a taint is what the condition causes: every step NoSchedule' != NoSchedule => NoSchedule' = (none if Ready = True else (not-ready if Ready = False else unreachable)) */
/* -DLAW_8: while all zones are down, nobody is marked for eviction anew: every step allZonesDown and NoExecute' != NoExecute => NoExecute' = none */
/* -DLAW_9: a node that is gone stays gone: every step not exists => not exists' */
/* -DLAW_10: a node that is lost for good becomes Unknown, or comes back: leads to exists and not alive => Ready = Unknown or alive or not exists */
/* -DLAW_11: a node that is well becomes Ready: leads to exists and alive and healthy => Ready = True or not alive or not healthy */
/* -DLAW_12: taints follow the condition: leads to exists and NoSchedule != (none if Ready = True else (not-ready if Ready = False else unreachable)) => NoSchedule = (none if Ready = True else (not-ready if Ready = False else unreachable)) or not exists */
/* -DLAW_13: a pod on a node that is gone is collected: leads to not exists => guest = none */
/* -DLAW_14: an eviction can be taken back: sometimes guest = running and NoExecute = none and Ready != True */
/* -DLAW_15: a pod can be evicted and still be there: sometimes guest = evicted and not alive */
#if defined(LAW_10) || defined(LAW_11) || defined(LAW_12) || defined(LAW_13)
#define FOR_EVER
#endif
#define e_Role_WORKER 0 /* worker */
#define e_Role_CONTROL_PLANE 1 /* control-plane */
#define e_Ready_TRUE 0 /* True */
#define e_Ready_FALSE 1 /* False */
#define e_Ready_UNKNOWN 2 /* Unknown */
#define e_Taint_NONE 0 /* none */
#define e_Taint_NOT_READY 1 /* not-ready */
#define e_Taint_UNREACHABLE 2 /* unreachable */
#define e_Guest_NONE 0 /* none */
#define e_Guest_RUNNING 1 /* running */
#define e_Guest_LEAVING 2 /* to be evicted */
#define e_Guest_EVICTED 3 /* evicted */
byte v_role; /* role: one of worker, control-plane */
bool v_exists; /* exists: true or false */
bool v_alive; /* alive: true or false */
bool v_healthy; /* healthy: true or false */
bool v_fresh; /* fresh: true or false */
byte v_Ready; /* Ready: one of True, False, Unknown */
byte v_NoSchedule; /* NoSchedule: one of none, not-ready, unreachable */
byte v_NoExecute; /* NoExecute: one of none, not-ready, unreachable */
bool v_cordoned; /* cordoned: true or false */
bool v_allZonesDown; /* allZonesDown: true or false */
byte v_guest; /* guest: one of none, running, to be evicted, evicted */
#ifdef FOR_EVER
short last; /* 0 before the start, then the step taken last */
#define TOOK(step) last = step
#else
#define TOOK(step) skip
#endif
#if defined(LAW_1)
#define CHECK skip
#define CHECK_1 assert((!((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_2 assert((!((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_8 assert((!(v_allZonesDown) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_9 assert((!((v_exists && v_alive)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_15 assert((!((v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_16 assert(true)
#define CHECK_17 assert((!(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_18 assert(true)
#define CHECK_19 assert(true)
#define CHECK_20 assert((!((v_exists && !(v_alive) && !(v_fresh))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || !(v_cordoned)))
#define CHECK_21 assert(true)
#elif defined(LAW_2)
#define CHECK skip
#define CHECK_1 assert((!((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_2 assert((!((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_8 assert((!(v_allZonesDown) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_9 assert((!((v_exists && v_alive)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_15 assert((!((v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_16 assert(true)
#define CHECK_17 assert((!(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_18 assert(true)
#define CHECK_19 assert(true)
#define CHECK_20 assert((!((v_exists && !(v_alive) && !(v_fresh))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_NoSchedule == e_Taint_NONE)))
#define CHECK_21 assert(true)
#elif defined(LAW_3)
#define CHECK skip
#define CHECK_1 assert((!((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_2 assert((!((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_8 assert((!(v_allZonesDown) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_9 assert((!((v_exists && v_alive)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_15 assert((!((v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_16 assert(true)
#define CHECK_17 assert((!(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_18 assert(true)
#define CHECK_19 assert(true)
#define CHECK_20 assert((!((v_exists && !(v_alive) && !(v_fresh))) || !((!((v_guest == e_Guest_RUNNING)) && (v_guest == e_Guest_RUNNING) && (v_guest == e_Guest_NONE))) || (v_role == e_Role_WORKER)))
#define CHECK_21 assert(true)
#elif defined(LAW_4)
#define CHECK skip
#define CHECK_1 assert(true)
#define CHECK_2 assert(true)
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || (v_Ready == e_Ready_UNKNOWN) || !(v_fresh)))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_8 assert((!(v_allZonesDown) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_9 assert((!((v_exists && v_alive)) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_15 assert((!((v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_16 assert((!((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_17 assert((!(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_18 assert((!((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_19 assert((!((v_alive && (v_guest == e_Guest_EVICTED))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_20 assert((!((v_exists && !(v_alive) && !(v_fresh))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#define CHECK_21 assert((!((!(v_exists) && !((v_guest == e_Guest_NONE)))) || !((!((v_Ready == e_Ready_UNKNOWN)) && (v_Ready == e_Ready_UNKNOWN))) || !(v_fresh)))
#elif defined(LAW_5)
#define CHECK skip
#define CHECK_1 assert((!((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_2 assert((!((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_8 assert((!(v_allZonesDown) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_9 assert((!((v_exists && v_alive)) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_15 assert(true)
#define CHECK_16 assert(true)
#define CHECK_17 assert(true)
#define CHECK_18 assert((!((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))) || (v_guest == e_Guest_EVICTED) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_19 assert(true)
#define CHECK_20 assert((!((v_exists && !(v_alive) && !(v_fresh))) || !((!((v_guest == e_Guest_EVICTED)) && (v_guest == e_Guest_EVICTED))) || !((v_NoExecute == e_Taint_NONE))))
#define CHECK_21 assert(true)
#elif defined(LAW_6)
#define CHECK skip
#define CHECK_1 assert((!((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_2 assert((!((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_8 assert((!(v_allZonesDown) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_9 assert((!((v_exists && v_alive)) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_15 assert((!((v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE))) || !((v_guest == e_Guest_EVICTED)) || v_alive || !(v_exists)))
#define CHECK_16 assert((!((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))) || !((v_guest == e_Guest_EVICTED)) || v_alive || !(v_exists)))
#define CHECK_17 assert((!(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))) || !((v_guest == e_Guest_EVICTED)) || v_alive || !(v_exists)))
#define CHECK_18 assert(true)
#define CHECK_19 assert((!((v_alive && (v_guest == e_Guest_EVICTED))) || !((v_guest == e_Guest_EVICTED)) || v_alive || !(v_exists)))
#define CHECK_20 assert((!((v_exists && !(v_alive) && !(v_fresh))) || !(((v_guest == e_Guest_EVICTED) && !((v_guest == e_Guest_EVICTED)))) || v_alive || !(v_exists)))
#define CHECK_21 assert((!((!(v_exists) && !((v_guest == e_Guest_NONE)))) || !((v_guest == e_Guest_EVICTED)) || v_alive || !(v_exists)))
#elif defined(LAW_7)
#define CHECK skip
#define CHECK_1 assert(true)
#define CHECK_2 assert(true)
#define CHECK_3 assert(true)
#define CHECK_4 assert(true)
#define CHECK_5 assert(true)
#define CHECK_6 assert(true)
#define CHECK_7 assert(true)
#define CHECK_8 assert(true)
#define CHECK_9 assert(true)
#define CHECK_10 assert(true)
#define CHECK_11 assert(true)
#define CHECK_12 assert(true)
#define CHECK_13 assert(true)
#define CHECK_14 assert(true)
#define CHECK_15 assert(true)
#define CHECK_16 assert(true)
#define CHECK_17 assert(true)
#define CHECK_18 assert(true)
#define CHECK_19 assert(true)
#define CHECK_20 assert(true)
#define CHECK_21 assert(true)
#elif defined(LAW_8)
#define CHECK skip
#define CHECK_1 assert(true)
#define CHECK_2 assert(true)
#define CHECK_3 assert(true)
#define CHECK_4 assert(true)
#define CHECK_5 assert(true)
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || !((v_allZonesDown && !(((v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) == v_NoExecute)))) || ((v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) == e_Taint_NONE)))
#define CHECK_7 assert(true)
#define CHECK_8 assert(true)
#define CHECK_9 assert(true)
#define CHECK_10 assert(true)
#define CHECK_11 assert(true)
#define CHECK_12 assert(true)
#define CHECK_13 assert(true)
#define CHECK_14 assert(true)
#define CHECK_15 assert(true)
#define CHECK_16 assert(true)
#define CHECK_17 assert(true)
#define CHECK_18 assert(true)
#define CHECK_19 assert(true)
#define CHECK_20 assert(true)
#define CHECK_21 assert(true)
#elif defined(LAW_9)
#define CHECK skip
#define CHECK_1 assert((!((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))) || v_exists || !(v_exists)))
#define CHECK_2 assert((!((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))) || v_exists || !(v_exists)))
#define CHECK_3 assert((!((v_exists && !(v_alive) && v_fresh)) || v_exists || !(v_exists)))
#define CHECK_4 assert((!((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))) || v_exists || !(v_exists)))
#define CHECK_5 assert((!((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || v_exists || !(v_exists)))
#define CHECK_6 assert((!((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))) || v_exists || !(v_exists)))
#define CHECK_7 assert((!((v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown))) || v_exists || !(v_exists)))
#define CHECK_8 assert((!(v_allZonesDown) || v_exists || !(v_exists)))
#define CHECK_9 assert((!((v_exists && v_alive)) || v_exists || !(v_exists)))
#define CHECK_10 assert((!((v_exists && !(v_alive))) || v_exists || !(v_exists)))
#define CHECK_11 assert((!((v_exists && v_alive && v_healthy)) || v_exists || !(v_exists)))
#define CHECK_12 assert((!((v_exists && v_alive && !(v_healthy))) || v_exists || !(v_exists)))
#define CHECK_13 assert((!((v_exists && !(v_cordoned))) || v_exists || !(v_exists)))
#define CHECK_14 assert((!((v_exists && v_cordoned)) || v_exists || !(v_exists)))
#define CHECK_15 assert((!((v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE))) || v_exists || !(v_exists)))
#define CHECK_16 assert((!((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))) || v_exists || !(v_exists)))
#define CHECK_17 assert((!(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))) || v_exists || !(v_exists)))
#define CHECK_18 assert((!((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))) || v_exists || !(v_exists)))
#define CHECK_19 assert((!((v_alive && (v_guest == e_Guest_EVICTED))) || v_exists || !(v_exists)))
#define CHECK_20 assert(true)
#define CHECK_21 assert((!((!(v_exists) && !((v_guest == e_Guest_NONE)))) || v_exists || !(v_exists)))
#elif defined(LAW_14)
#define CHECK assert(!(((v_guest == e_Guest_RUNNING) && (v_NoExecute == e_Taint_NONE) && !((v_Ready == e_Ready_TRUE)))))
#define CHECK_1 skip
#define CHECK_2 skip
#define CHECK_3 skip
#define CHECK_4 skip
#define CHECK_5 skip
#define CHECK_6 skip
#define CHECK_7 skip
#define CHECK_8 skip
#define CHECK_9 skip
#define CHECK_10 skip
#define CHECK_11 skip
#define CHECK_12 skip
#define CHECK_13 skip
#define CHECK_14 skip
#define CHECK_15 skip
#define CHECK_16 skip
#define CHECK_17 skip
#define CHECK_18 skip
#define CHECK_19 skip
#define CHECK_20 skip
#define CHECK_21 skip
#elif defined(LAW_15)
#define CHECK assert(!(((v_guest == e_Guest_EVICTED) && !(v_alive))))
#define CHECK_1 skip
#define CHECK_2 skip
#define CHECK_3 skip
#define CHECK_4 skip
#define CHECK_5 skip
#define CHECK_6 skip
#define CHECK_7 skip
#define CHECK_8 skip
#define CHECK_9 skip
#define CHECK_10 skip
#define CHECK_11 skip
#define CHECK_12 skip
#define CHECK_13 skip
#define CHECK_14 skip
#define CHECK_15 skip
#define CHECK_16 skip
#define CHECK_17 skip
#define CHECK_18 skip
#define CHECK_19 skip
#define CHECK_20 skip
#define CHECK_21 skip
#else
#define CHECK skip
#define CHECK_1 skip
#define CHECK_2 skip
#define CHECK_3 skip
#define CHECK_4 skip
#define CHECK_5 skip
#define CHECK_6 skip
#define CHECK_7 skip
#define CHECK_8 skip
#define CHECK_9 skip
#define CHECK_10 skip
#define CHECK_11 skip
#define CHECK_12 skip
#define CHECK_13 skip
#define CHECK_14 skip
#define CHECK_15 skip
#define CHECK_16 skip
#define CHECK_17 skip
#define CHECK_18 skip
#define CHECK_19 skip
#define CHECK_20 skip
#define CHECK_21 skip
#endif
active proctype machine()
{
atomic {
  if :: v_role = (0) :: v_role = (1) fi;
  if :: v_exists = (1) fi;
  if :: v_alive = (1) fi;
  if :: v_healthy = (1) fi;
  if :: v_fresh = (1) fi;
  if :: v_Ready = (2) fi;
  if :: v_NoSchedule = (1) fi;
  if :: v_NoExecute = (0) fi;
  if :: v_cordoned = (0) fi;
  if :: v_allZonesDown = (0) fi;
  if :: v_guest = (0) fi;
  TOOK(1); CHECK
}
end: do
  :: d_step { /* kubelet: post Ready */
     (v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh))) -> CHECK_1;
     v_Ready = e_Ready_TRUE;
     v_fresh = true;
     TOOK(2); CHECK
     }
  :: d_step { /* kubelet: post NotReady */
     (v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh))) -> CHECK_2;
     v_Ready = e_Ready_FALSE;
     v_fresh = true;
     TOOK(3); CHECK
     }
  :: d_step { /* clock: be silent for the grace period */
     (v_exists && !(v_alive) && v_fresh) -> CHECK_3;
     v_fresh = false;
     TOOK(4); CHECK
     }
  :: d_step { /* node-controller: make it Unknown */
     (v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN))) -> CHECK_4;
     v_Ready = e_Ready_UNKNOWN;
     TOOK(5); CHECK
     }
  :: d_step { /* node-controller: taint NoSchedule */
     (v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))) -> CHECK_5;
     v_NoSchedule = ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE));
     TOOK(6); CHECK
     }
  :: d_step { /* node-controller: taint NoExecute */
     (v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) -> CHECK_6;
     v_NoExecute = (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)));
     TOOK(7); CHECK
     }
  :: d_step { /* node-controller: see all zones down */
     (v_exists && !((v_Ready == e_Ready_TRUE)) && !(v_allZonesDown)) -> CHECK_7;
     v_allZonesDown = true;
     TOOK(8); CHECK
     }
  :: d_step { /* node-controller: see a zone come back */
     v_allZonesDown -> CHECK_8;
     v_allZonesDown = false;
     TOOK(9); CHECK
     }
  :: d_step { /* failure: lose contact */
     (v_exists && v_alive) -> CHECK_9;
     v_alive = false;
     TOOK(10); CHECK
     }
  :: d_step { /* failure: come back */
     (v_exists && !(v_alive)) -> CHECK_10;
     v_alive = true;
     TOOK(11); CHECK
     }
  :: d_step { /* failure: fall ill */
     (v_exists && v_alive && v_healthy) -> CHECK_11;
     v_healthy = false;
     TOOK(12); CHECK
     }
  :: d_step { /* failure: recover */
     (v_exists && v_alive && !(v_healthy)) -> CHECK_12;
     v_healthy = true;
     TOOK(13); CHECK
     }
  :: d_step { /* user: cordon */
     (v_exists && !(v_cordoned)) -> CHECK_13;
     v_cordoned = true;
     TOOK(14); CHECK
     }
  :: d_step { /* user: uncordon */
     (v_exists && v_cordoned) -> CHECK_14;
     v_cordoned = false;
     TOOK(15); CHECK
     }
  :: d_step { /* scheduler: get a pod */
     (v_exists && !(v_cordoned) && (v_NoSchedule == e_Taint_NONE) && (v_role == e_Role_WORKER) && (v_guest == e_Guest_NONE)) -> CHECK_15;
     v_guest = e_Guest_RUNNING;
     TOOK(16); CHECK
     }
  :: d_step { /* taint-eviction: plan its eviction */
     (v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING)) -> CHECK_16;
     v_guest = e_Guest_LEAVING;
     TOOK(17); CHECK
     }
  :: d_step { /* taint-eviction: cancel its eviction */
     ((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING)) -> CHECK_17;
     v_guest = e_Guest_RUNNING;
     TOOK(18); CHECK
     }
  :: d_step { /* taint-eviction: evict it */
     (!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING)) -> CHECK_18;
     v_guest = e_Guest_EVICTED;
     TOOK(19); CHECK
     }
  :: d_step { /* kubelet: end it */
     (v_alive && (v_guest == e_Guest_EVICTED)) -> CHECK_19;
     v_guest = e_Guest_NONE;
     TOOK(20); CHECK
     }
  :: d_step { /* cloud: lose its instance */
     (v_exists && !(v_alive) && !(v_fresh)) -> CHECK_20;
     v_exists = false;
     TOOK(21); CHECK
     }
  :: d_step { /* pod-gc: collect its pods */
     (!(v_exists) && !((v_guest == e_Guest_NONE))) -> CHECK_21;
     v_guest = e_Guest_NONE;
     TOOK(22); CHECK
     }
#ifdef FOR_EVER
  :: d_step { !(((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh))) || (v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh))) || (v_exists && !(v_alive) && v_fresh) || (v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN))) || (v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))) || (v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))) || (v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING)) || ((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING)) || (!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING)) || (v_alive && (v_guest == e_Guest_EVICTED)) || (!(v_exists) && !((v_guest == e_Guest_NONE))))) -> TOOK(1) } /* stands still, owing nothing */
#else
  :: false
#endif
  od
}
#ifdef LAW_10
/* weak fairness of the fair steps => [] (premise -> <> term), turned round */
never {
before:
  if
  :: true -> goto before
  :: (last > 0 && (v_exists && !(v_alive)) && !(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_1
  fi;
due_1: /* post Ready */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 2 || !((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))))) -> goto due_2
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_1
  fi;
due_2: /* post NotReady */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 3 || !((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))))) -> goto due_3
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_2
  fi;
due_3: /* be silent for the grace period */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 4 || !((v_exists && !(v_alive) && v_fresh)))) -> goto due_4
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_3
  fi;
due_4: /* make it Unknown */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 5 || !((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))))) -> goto due_5
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_4
  fi;
due_5: /* taint NoSchedule */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 6 || !((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))))) -> goto due_6
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_5
  fi;
due_6: /* taint NoExecute */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 7 || !((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))))) -> goto due_7
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_6
  fi;
due_7: /* plan its eviction */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 17 || !((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))))) -> goto due_8
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_7
  fi;
due_8: /* cancel its eviction */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 18 || !(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))))) -> goto due_9
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_8
  fi;
due_9: /* evict it */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 19 || !((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))))) -> goto due_10
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_9
  fi;
due_10: /* end it */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 20 || !((v_alive && (v_guest == e_Guest_EVICTED))))) -> goto due_11
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_10
  fi;
due_11: /* collect its pods */
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists))) && (last == 22 || !((!(v_exists) && !((v_guest == e_Guest_NONE)))))) -> goto accept_round
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_11
  fi;
accept_round:
  if
  :: (!(((v_Ready == e_Ready_UNKNOWN) || v_alive || !(v_exists)))) -> goto due_1
  fi
}
#endif
#ifdef LAW_11
/* weak fairness of the fair steps => [] (premise -> <> term), turned round */
never {
before:
  if
  :: true -> goto before
  :: (last > 0 && (v_exists && v_alive && v_healthy) && !(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_1
  fi;
due_1: /* post Ready */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 2 || !((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))))) -> goto due_2
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_1
  fi;
due_2: /* post NotReady */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 3 || !((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))))) -> goto due_3
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_2
  fi;
due_3: /* be silent for the grace period */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 4 || !((v_exists && !(v_alive) && v_fresh)))) -> goto due_4
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_3
  fi;
due_4: /* make it Unknown */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 5 || !((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))))) -> goto due_5
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_4
  fi;
due_5: /* taint NoSchedule */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 6 || !((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))))) -> goto due_6
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_5
  fi;
due_6: /* taint NoExecute */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 7 || !((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))))) -> goto due_7
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_6
  fi;
due_7: /* plan its eviction */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 17 || !((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))))) -> goto due_8
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_7
  fi;
due_8: /* cancel its eviction */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 18 || !(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))))) -> goto due_9
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_8
  fi;
due_9: /* evict it */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 19 || !((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))))) -> goto due_10
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_9
  fi;
due_10: /* end it */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 20 || !((v_alive && (v_guest == e_Guest_EVICTED))))) -> goto due_11
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_10
  fi;
due_11: /* collect its pods */
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy))) && (last == 22 || !((!(v_exists) && !((v_guest == e_Guest_NONE)))))) -> goto accept_round
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_11
  fi;
accept_round:
  if
  :: (!(((v_Ready == e_Ready_TRUE) || !(v_alive) || !(v_healthy)))) -> goto due_1
  fi
}
#endif
#ifdef LAW_12
/* weak fairness of the fair steps => [] (premise -> <> term), turned round */
never {
before:
  if
  :: true -> goto before
  :: (last > 0 && (v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))) && !(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_1
  fi;
due_1: /* post Ready */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 2 || !((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))))) -> goto due_2
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_1
  fi;
due_2: /* post NotReady */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 3 || !((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))))) -> goto due_3
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_2
  fi;
due_3: /* be silent for the grace period */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 4 || !((v_exists && !(v_alive) && v_fresh)))) -> goto due_4
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_3
  fi;
due_4: /* make it Unknown */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 5 || !((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))))) -> goto due_5
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_4
  fi;
due_5: /* taint NoSchedule */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 6 || !((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))))) -> goto due_6
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_5
  fi;
due_6: /* taint NoExecute */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 7 || !((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))))) -> goto due_7
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_6
  fi;
due_7: /* plan its eviction */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 17 || !((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))))) -> goto due_8
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_7
  fi;
due_8: /* cancel its eviction */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 18 || !(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))))) -> goto due_9
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_8
  fi;
due_9: /* evict it */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 19 || !((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))))) -> goto due_10
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_9
  fi;
due_10: /* end it */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 20 || !((v_alive && (v_guest == e_Guest_EVICTED))))) -> goto due_11
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_10
  fi;
due_11: /* collect its pods */
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists))) && (last == 22 || !((!(v_exists) && !((v_guest == e_Guest_NONE)))))) -> goto accept_round
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_11
  fi;
accept_round:
  if
  :: (!(((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))) || !(v_exists)))) -> goto due_1
  fi
}
#endif
#ifdef LAW_13
/* weak fairness of the fair steps => [] (premise -> <> term), turned round */
never {
before:
  if
  :: true -> goto before
  :: (last > 0 && !(v_exists) && !((v_guest == e_Guest_NONE))) -> goto due_1
  fi;
due_1: /* post Ready */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 2 || !((v_exists && v_alive && v_healthy && !(((v_Ready == e_Ready_TRUE) && v_fresh)))))) -> goto due_2
  :: (!((v_guest == e_Guest_NONE))) -> goto due_1
  fi;
due_2: /* post NotReady */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 3 || !((v_exists && v_alive && !(v_healthy) && !(((v_Ready == e_Ready_FALSE) && v_fresh)))))) -> goto due_3
  :: (!((v_guest == e_Guest_NONE))) -> goto due_2
  fi;
due_3: /* be silent for the grace period */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 4 || !((v_exists && !(v_alive) && v_fresh)))) -> goto due_4
  :: (!((v_guest == e_Guest_NONE))) -> goto due_3
  fi;
due_4: /* make it Unknown */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 5 || !((v_exists && !(v_fresh) && !((v_Ready == e_Ready_UNKNOWN)))))) -> goto due_5
  :: (!((v_guest == e_Guest_NONE))) -> goto due_4
  fi;
due_5: /* taint NoSchedule */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 6 || !((v_exists && !((v_NoSchedule == ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE)))))))) -> goto due_6
  :: (!((v_guest == e_Guest_NONE))) -> goto due_5
  fi;
due_6: /* taint NoExecute */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 7 || !((v_exists && !((v_NoExecute == (v_allZonesDown -> e_Taint_NONE : ((v_Ready == e_Ready_TRUE) -> e_Taint_NONE : ((v_Ready == e_Ready_FALSE) -> e_Taint_NOT_READY : e_Taint_UNREACHABLE))))))))) -> goto due_7
  :: (!((v_guest == e_Guest_NONE))) -> goto due_6
  fi;
due_7: /* plan its eviction */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 17 || !((v_exists && !((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_RUNNING))))) -> goto due_8
  :: (!((v_guest == e_Guest_NONE))) -> goto due_7
  fi;
due_8: /* cancel its eviction */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 18 || !(((v_NoExecute == e_Taint_NONE) && (v_guest == e_Guest_LEAVING))))) -> goto due_9
  :: (!((v_guest == e_Guest_NONE))) -> goto due_8
  fi;
due_9: /* evict it */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 19 || !((!((v_NoExecute == e_Taint_NONE)) && (v_guest == e_Guest_LEAVING))))) -> goto due_10
  :: (!((v_guest == e_Guest_NONE))) -> goto due_9
  fi;
due_10: /* end it */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 20 || !((v_alive && (v_guest == e_Guest_EVICTED))))) -> goto due_11
  :: (!((v_guest == e_Guest_NONE))) -> goto due_10
  fi;
due_11: /* collect its pods */
  if
  :: (!((v_guest == e_Guest_NONE)) && (last == 22 || !((!(v_exists) && !((v_guest == e_Guest_NONE)))))) -> goto accept_round
  :: (!((v_guest == e_Guest_NONE))) -> goto due_11
  fi;
accept_round:
  if
  :: (!((v_guest == e_Guest_NONE))) -> goto due_1
  fi
}
#endif
