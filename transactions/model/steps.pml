/* The state of the model, and each step that changes it. A step is atomic, as in the code: a
 * decision, its record in the log, and the replay of that. */
#define DECISIONS 6      /* Prepare records: there is no more than this of them */
#define LAST_DECISIONS 2 /* of these, kept for the end, when what is open is timed out */
#define LIVES 3          /* of coordinators, see CRASHES */
#define NO_EPOCH 255

#ifdef V1
#define NO_EPOCH_BUMP
#endif

#define bit(n) (1 << (n))
#define has(set, n) (((set) >> (n)) & 1)
#define is_prepared (state == PrepareCommit || state == PrepareAbort)
#define is_complete (state == CompleteCommit || state == CompleteAbort)
#define may_decide (over || decided + LAST_DECISIONS < DECISIONS)

mtype = { Unknown, Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort };
mtype = { Success, Refused, Concurrent }; /* answers */

/* --- the coordinator: what its log says (TransactionValue) */
mtype state = Unknown;
byte epoch;
byte parts;
/* … and what it forgets when it dies (Transaction, Writing) */
byte last_epoch = NO_EPOCH;
byte marked;
byte life; /* the coordinator epoch */

/* Every Prepare record that there ever was: its markers may come at any time. */
typedef Decision {
    byte epoch;
    byte parts;
    byte lives;  /* of the coordinators that sent its markers */
    bool commit;
    bool raised; /* the epoch: a marker with transaction_version 2 */
};
Decision decisions[DECISIONS];
byte decided;

/* --- partitions: what follows from their logs (ProducerEntry) */
typedef Partition {
    byte epoch;
    byte life;
    byte open; /* the transactions whose records wait for a marker */
};
Partition partitions[PARTITIONS];

/* --- transactions, as their producers know them; sets of partitions */
typedef Transaction {
    byte epoch;
    byte announced; /* AddPartitionsToTxn has answered (V1) */
    byte sent;      /* Produce was sent */
    byte verifying; /* the partition asks the coordinator */
    byte verified;  /* it has heard that it may append */
    byte guarded;   /* the guard from before it asked is still there */
    byte wrote;     /* the record is in the log */
    bool asked_commit; /* EndTxn(commit) was sent */
    bool asked_abort;  /* EndTxn(abort) was sent */
    bool committed;    /* that is decided, and may be answered */
    bool aborted;      /* readers skip some of it */
};
Transaction transactions[TRANSACTIONS];
byte begun;

byte inits;   /* InitProducerId, so far */
byte crashes; /* so far */
bool over;    /* nothing new happens; what is under way comes to its end */

/* Within a step, and no part of a state. */
hidden mtype answer;
hidden byte i;
hidden byte by;

/* --- transactions/: end_transaction.cc, init_producer_id.cc, add_partitions.cc, complete.cc */

inline prepare(commits, raises) {
    assert(decided < DECISIONS);
    if
    :: raises -> last_epoch = epoch; epoch++
    :: else
    fi;
    decisions[decided].epoch = epoch;
    decisions[decided].parts = parts;
    decisions[decided].commit = commits;
    decisions[decided].raised = raises;
    decisions[decided].lives = bit(life);
    decided++;
    marked = 0;
    if
    :: commits -> state = PrepareCommit
    :: else -> state = PrepareAbort
    fi
}

/* As with V2, whatever the producer has. */
inline on_fence() { prepare(false, true) }

#ifdef NO_EPOCH_BUMP
/* end_v1() */
inline on_end_transaction(t, commits) {
    answer = Refused;
    if
    :: is_prepared -> answer = Concurrent
    :: state == Ongoing && epoch == transactions[t].epoch && may_decide ->
        prepare(commits, false);
        answer = Success
    :: is_complete && epoch == transactions[t].epoch && (state == CompleteCommit) == commits ->
        answer = Success
    :: else
    fi
}
#else
/* end_v2() */
inline on_end_transaction(t, commits) {
    answer = Refused;
    if
    :: is_prepared -> answer = Concurrent
    /* is_retry() */
    :: is_complete && epoch == transactions[t].epoch + 1 && (state == CompleteCommit) == commits ->
        answer = Success
    :: !is_prepared && epoch == transactions[t].epoch && (state == Ongoing || !commits) &&
       may_decide ->
        prepare(commits, true);
        answer = Success
    :: else
    fi
}
#endif

/* raise_epoch(); `own`: NO_EPOCH, or that of a producer that goes on after an error (KIP-360). */
inline raise_epoch(own) {
    if
    :: own == NO_EPOCH -> last_epoch = NO_EPOCH; epoch++; answer = Success
    :: own == epoch -> last_epoch = epoch; epoch++; answer = Success
    :: own != NO_EPOCH && own != epoch && own == last_epoch -> answer = Success
    :: else
    fi;
    if
    :: answer == Success -> state = Empty; parts = 0
    :: else
    fi
}

inline on_init_producer_id(own) {
    answer = Refused;
    if
    :: state == Unknown -> state = Empty; answer = Success
    :: is_prepared -> answer = Concurrent
    :: state == Ongoing && may_decide -> on_fence(); answer = Concurrent
    :: state == Empty || is_complete -> raise_epoch(own)
    :: else -> answer = Concurrent
    fi
}

/* AddPartitionsToTxn, and what Produce of V2 implies. */
inline on_add_partitions(t, p) {
    if
    :: is_prepared -> answer = Concurrent
    :: !is_prepared && epoch == transactions[t].epoch ->
        state = Ongoing; parts = parts | bit(p); answer = Success
    :: else -> answer = Refused
    fi
}

inline verify_partitions(t, p) {
    if
    :: !is_prepared && epoch == transactions[t].epoch && has(parts, p) -> answer = Success
    :: else -> answer = Refused
    fi
}

inline on_markers_written() {
    state = (state == PrepareCommit -> CompleteCommit : CompleteAbort);
    parts = 0;
    marked = 0
}

/* --- storage/producer_state.cc */

inline erase_verification(p) {
    for (i : 0 .. TRANSACTIONS - 1) {
        transactions[i].guarded = transactions[i].guarded & ~bit(p)
    }
}

inline apply(t, p) {
#ifndef HANGING_ONLY
    /* No write lands in a transaction other than its own. */
    assert((partitions[p].open & ~bit(t)) == 0);
#endif
    partitions[p].open = partitions[p].open | bit(t);
    partitions[p].epoch = transactions[t].epoch;
    transactions[t].wrote = transactions[t].wrote | bit(p);
    erase_verification(p)
}

#define has_open_transaction(t, p) \
    (partitions[p].open != 0 && partitions[p].epoch == transactions[t].epoch)

/* A Produce request has come. */
inline start_verification(t, p) {
    transactions[t].sent = transactions[t].sent | bit(p);
    if
    :: transactions[t].epoch < partitions[p].epoch /* INVALID_PRODUCER_EPOCH */
    :: has_open_transaction(t, p) -> apply(t, p)
    :: else ->
#ifdef NO_VERIFICATION
        apply(t, p)
#else
        transactions[t].verifying = transactions[t].verifying | bit(p);
        transactions[t].guarded = transactions[t].guarded | bit(p)
#endif
    fi
}

/* check(), then apply(): the coordinator's answer has come. */
inline append_verified(t, p) {
    transactions[t].verified = transactions[t].verified & ~bit(p);
    if
    :: transactions[t].epoch < partitions[p].epoch
    :: transactions[t].epoch >= partitions[p].epoch &&
#ifdef NO_GUARD
       true ->
#else
       (has_open_transaction(t, p) || has(transactions[t].guarded, p)) ->
#endif
        apply(t, p)
    :: else /* INVALID_TXN_STATE */
    fi;
    transactions[t].guarded = transactions[t].guarded & ~bit(p)
}

inline apply_marker(d, p) {
    erase_verification(p);
#ifndef HANGING_ONLY
    /* As it was answered, and as everywhere else. */
    for (i : 0 .. TRANSACTIONS - 1) {
        if
        :: has(partitions[p].open, i) ->
            assert(decisions[d].commit == transactions[i].committed);
            transactions[i].aborted = !decisions[d].commit
        :: else
        fi
    };
#endif
    partitions[p].open = 0;
    partitions[p].epoch = decisions[d].epoch;
    partitions[p].life = by
}

/* --- broker/transactions/: verification.cc, markers.cc, transaction_shard.cc */

inline verify(t, p) {
#ifdef V1
    verify_partitions(t, p);
#else
    on_add_partitions(t, p);
#endif
    transactions[t].verifying = transactions[t].verifying & ~bit(p);
    if
    :: answer == Success -> transactions[t].verified = transactions[t].verified | bit(p)
    :: else -> transactions[t].guarded = transactions[t].guarded & ~bit(p)
    fi
}

/* The marker of decision `d`, which the coordinator of life `by` has sent: check_marker(). One that
 * is refused will always be, and is not waited for: is_settled(). */
inline append_marker(d, p) {
    if
    :: decisions[d].epoch < partitions[p].epoch
#ifndef NO_MARKER_CHECK
    :: decisions[d].raised && decisions[d].epoch == partitions[p].epoch && partitions[p].open != 0
#endif
    :: by < partitions[p].life
    :: else -> apply_marker(d, p)
    fi
}
