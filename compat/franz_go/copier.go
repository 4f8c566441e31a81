package main

import (
	"bufio"
	"context"
	"math/rand"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Copies what it is assigned of one topic to the same partition of another, in transactions that
// hold the offsets behind what was copied (KIP-447).
type copier struct {
	input, output string
	options       []kgo.Opt
	chance        *rand.Rand
	closing       chan struct{}
}

func newCopier(group, input, output, id, protocol, instance string, seed int) *copier {
	soon := 100 * time.Millisecond
	options := []kgo.Opt{
		kgo.SeedBrokers(os.Args[1]), kgo.AlwaysRetryEOF(),
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(input), kgo.TransactionalID(id),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.TransactionTimeout(5 * time.Second),
		kgo.SessionTimeout(3 * time.Second), kgo.HeartbeatInterval(500 * time.Millisecond),
		kgo.RetryBackoffFn(func(int) time.Duration { return soon }),
		// Small batches, so that a transaction has several; unpacked ones, to be read by anybody.
		kgo.ProducerBatchMaxBytes(1500), kgo.ProducerBatchCompression(kgo.NoCompression()),
	}
	if protocol == "consumer" {
		options = append(options, kgo.ServerSideBalancer())
	}
	if instance != "-" {
		options = append(options, kgo.InstanceID(instance))
	}
	return &copier{input, output, options, rand.New(rand.NewSource(int64(seed))),
		make(chan struct{})}
}

func (c *copier) told() bool {
	select {
	case <-c.closing:
		return true
	default:
		return false
	}
}

func (c *copier) poll(session *kgo.GroupTransactSession) []*kgo.Record {
	soon, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	fetched := session.PollRecords(soon, 1+c.chance.Intn(100))
	fetched.EachError(func(_ string, partition int32, err error) {
		if err != context.DeadlineExceeded {
			say("trouble", "fetching", partition, err)
		}
	})
	return fetched.Records()
}

// One transaction; an error is the end of the session.
func (c *copier) copy(session *kgo.GroupTransactSession, records []*kgo.Record) error {
	if err := session.Begin(); err != nil {
		return err
	}
	promise := kgo.AbortingFirstErrPromise(session.Client())
	for _, record := range records {
		session.Produce(ctx, &kgo.Record{Topic: c.output, Partition: record.Partition,
			Key: record.Key, Value: record.Value, Headers: record.Headers}, promise.Promise())
	}
	wanted := c.chance.Intn(8) != 0
	trouble := promise.Err()
	committed, err := session.End(ctx, kgo.TransactionEndTry(wanted && trouble == nil))
	if trouble != nil {
		say("trouble", "producing", trouble)
	}
	if err != nil {
		return err
	}
	if committed {
		say("committed", len(records))
	} else {
		say("aborted", len(records))
	}
	return nil
}

func (c *copier) work() error {
	session, err := kgo.NewGroupTransactSession(c.options...)
	if err != nil {
		panic(err)
	}
	defer session.Close()
	for !c.told() {
		if records := c.poll(session); len(records) > 0 {
			if err := c.copy(session, records); err != nil {
				return err
			}
		}
	}
	return nil
}

// Begins anew after what a session does not survive, until it is told to close.
func (c *copier) run() {
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			if lines.Text() == "close" {
				close(c.closing)
				return
			}
		}
	}()
	for !c.told() {
		if err := c.work(); err != nil {
			say("trouble", "ending", err)
		}
	}
	say("closed")
}
