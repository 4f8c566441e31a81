/* One transactional id, its coordinator and its partitions, with everything that may come late,
 * come twice or be lost, in every order: who acts, and when. steps.pml says what they do, and bears
 * the names of the functions of the code. README.md says what this is for and what it leaves out.
 *
 * The network is a set: what was sent once may arrive at any time later, any number of times. The
 * number of a transaction (`t`) is what nobody in the code knows: it says whose record something
 * was, whatever the epochs say.
 *
 * TRANSACTIONS, PARTITIONS, INITS (InitProducerId) and CRASHES say how much of each there is.
 * What may be taken away, to see that it is needed:
 *     NO_VERIFICATION   a partition appends without asking the coordinator
 *     NO_GUARD          an answer of the coordinator counts, however late it comes
 *     NO_EPOCH_BUMP     the end of a transaction leaves the epoch
 *     NO_MARKER_CHECK   a marker may have the epoch that the open transaction is written with
 *     NO_LOADED         a coordinator that starts does not look at what was decided before
 * V1 is transactions V1: partitions are announced, and epochs stay. They promise less (KIP-890):
 * with HANGING_ONLY no more is looked at than that no transaction stays open.
 */
#include "steps.pml"

inline end_transaction(t, outcome) {
    on_end_transaction(t, outcome);
    if
    :: answer == Success && outcome ->
        assert(!transactions[t].aborted);
        transactions[t].committed = true
    :: else
    fi
}

#define current (begun - 1)

inline begin() {
    transactions[begun].epoch = epoch;
    begun++
}

/* Who hears answers. There is one at a time: what those before it send, and sent, are requests. */
proctype producer() {
    do
    /* It takes over from whoever was there. */
    :: atomic { !over && inits < INITS && begun < TRANSACTIONS ->
        on_init_producer_id(NO_EPOCH);
        inits = inits + (answer == Success -> 1 : 0);
        if
        :: answer == Success -> begin()
        :: else
        fi }
    /* It hears how its transaction ended, with the answer to this request or to a retry. */
    :: atomic { !over && begun > 0 && begun < TRANSACTIONS &&
                (transactions[current].asked_commit || transactions[current].asked_abort) ->
        end_transaction(current, transactions[current].asked_commit);
        if
        :: answer == Success -> begin()
        :: else
        fi }
    /* After an error it goes on (KIP-360). */
    :: atomic { !over && begun > 0 && begun < TRANSACTIONS && inits < INITS ->
        on_init_producer_id(transactions[current].epoch);
        inits = inits + (answer == Success -> 1 : 0);
        if
        :: answer == Success -> begin()
        :: else
        fi }
    od
}

/* A transaction's requests: they come in any order, late, again, or never. Nothing new is sent
 * after a commit, and that only when everything was acknowledged. */
proctype requests(byte t) {
    do
    :: atomic { !over && begun > t && !transactions[t].asked_abort &&
                (transactions[t].asked_commit ||
                 (transactions[t].sent != 0 && transactions[t].sent == transactions[t].wrote)) ->
        transactions[t].asked_commit = true;
        end_transaction(t, true) }
    :: atomic { !over && begun > t && !transactions[t].asked_commit ->
        transactions[t].asked_abort = true;
        end_transaction(t, false) }
    /* An answer that nobody hears. */
    :: atomic { !over && begun > t && inits < INITS ->
        on_init_producer_id(transactions[t].epoch);
        inits = inits + (answer == Success -> 1 : 0) }
    od
}

proctype produce(byte t; byte p) {
    do
#ifdef V1
    :: atomic { !over && begun > t &&
                (!transactions[t].asked_commit || has(transactions[t].announced, p)) ->
        on_add_partitions(t, p);
        if
        :: answer == Success -> transactions[t].announced = transactions[t].announced | bit(p)
        :: else
        fi }
#endif
    :: atomic { !over && begun > t &&
                !has(transactions[t].verifying | transactions[t].verified, p) &&
#ifdef V1
                has(transactions[t].announced, p) &&
#endif
                (!transactions[t].asked_commit || has(transactions[t].sent, p)) ->
        start_verification(t, p) }
    :: atomic { has(transactions[t].verifying, p) -> verify(t, p) }
    :: atomic { has(transactions[t].verified, p) -> append_verified(t, p) }
    od
}

#define was_sent(d) (!over && decided > d && has(decisions[d].parts, p))

inline late_marker(d, p) {
    if
    :: has(decisions[d].lives, 0) -> by = 0
    :: has(decisions[d].lives, 1) -> by = 1
    :: has(decisions[d].lives, 2) -> by = 2
    fi;
    append_marker(d, p)
}

/* The coordinator waits for those it sends; others come late, or again, and nobody hears of it. */
proctype markers(byte p) {
    do
    :: atomic { is_prepared && has(parts & ~marked, p) && has(decisions[decided - 1].lives, life) ->
        by = life;
        append_marker(decided - 1, p);
        marked = marked | bit(p) }
    :: atomic { was_sent(0) -> late_marker(0, p) }
    :: atomic { was_sent(1) -> late_marker(1, p) }
    :: atomic { was_sent(2) -> late_marker(2, p) }
    :: atomic { was_sent(3) -> late_marker(3, p) }
    od
}

proctype coordinator() {
    do
    :: atomic { is_prepared && marked == parts -> on_markers_written() }
    /* look_at(): transaction.timeout.ms has passed. */
    :: atomic { state == Ongoing && may_decide -> on_fence() }
    /* It dies; another replays its log: loaded(). */
    :: atomic { !over && crashes < CRASHES ->
        crashes++;
        life++;
        last_epoch = NO_EPOCH;
        marked = 0;
#ifndef NO_LOADED
        if
        :: is_prepared -> decisions[decided - 1].lives = decisions[decided - 1].lives | bit(life)
        :: else
        fi
#endif
        }
    od
}

/* What a partition knows that is not in its log is lost, and so are the requests that wait. */
proctype power_of(byte p) {
    do
    :: atomic { !over && crashes < CRASHES ->
        crashes++;
        for (i : 0 .. TRANSACTIONS - 1) {
            transactions[i].verifying = transactions[i].verifying & ~bit(p);
            transactions[i].verified = transactions[i].verified & ~bit(p);
            transactions[i].guarded = transactions[i].guarded & ~bit(p)
        } }
    od
}

/* Whatever has happened: what is under way comes to an end, and then nothing is open. */
proctype end() {
    over = true;
    timeout;
    assert(!is_prepared && state != Ongoing);
    byte p;
    for (p : 0 .. PARTITIONS - 1) {
        assert(partitions[p].open == 0)
    }
}

init {
    byte t;
    byte p;
    atomic {
        run producer();
        run coordinator();
        for (p : 0 .. PARTITIONS - 1) {
            run markers(p);
            run power_of(p)
        };
        for (t : 0 .. TRANSACTIONS - 1) {
            run requests(t);
            for (p : 0 .. PARTITIONS - 1) {
                run produce(t, p)
            }
        };
        t = 0;
        p = 0;
        run end()
    }
}
