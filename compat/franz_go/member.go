package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// What a member has now; the library tells only what comes and goes.
type assignment struct {
	lock sync.Mutex
	mine []int32
}

func (a *assignment) change(topic string, change func([]int32) []int32) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.mine = change(a.mine)
	say("assigned", strings.Trim(fmt.Sprint(a.mine), "[]"))
}

func consume(group, topic, protocol string) {
	var have assignment
	gone := func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
		have.change(topic, func(mine []int32) []int32 {
			return slices.DeleteFunc(mine, func(one int32) bool {
				return slices.Contains(partitions[topic], one)
			})
		})
	}
	options := []kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.HeartbeatInterval(500 * time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
			have.change(topic, func(mine []int32) []int32 {
				mine = append(mine, partitions[topic]...)
				slices.Sort(mine)
				return mine
			})
		}),
		kgo.OnPartitionsRevoked(gone), kgo.OnPartitionsLost(gone),
	}
	consumer := client(options...)
	words := make(chan string)
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			words <- lines.Text()
		}
	}()
	for {
		soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		fetched := consumer.PollFetches(soon)
		cancel()
		fetched.EachRecord(func(record *kgo.Record) {
			say("record", record.Partition, record.Offset, string(record.Key), string(record.Value),
				string(record.Headers[0].Value))
		})
		select {
		case word := <-words:
			if word == "commit" {
				if err := consumer.CommitUncommittedOffsets(ctx); err != nil {
					panic(err)
				}
				say("committed")
			} else if word == "close" {
				consumer.LeaveGroup()
				consumer.Close()
				say("closed")
				return
			}
		default:
		}
	}
}
