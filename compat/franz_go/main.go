// franz-go as a program; the words are in compat/README.md.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var ctx = context.Background()

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func say(words ...any) { fmt.Println(words...) }

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}

func client(options ...kgo.Opt) *kgo.Client {
	// A broker that dies in between is not one that hangs up on strangers.
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(os.Args[1]), kgo.AlwaysRetryEOF())...)
	if err != nil {
		panic(err)
	}
	return made
}

func produce(topic, codec string, first, count int) error {
	producer := client(kgo.ProducerBatchCompression(codecs[codec]))
	defer producer.Close()
	var records []*kgo.Record
	for i := first; i < first+count; i++ {
		records = append(records, &kgo.Record{
			Topic: topic,
			Key:   []byte(fmt.Sprintf("key-%d", i)),
			Value: []byte(fmt.Sprintf("value-%d-", i) + strings.Repeat("x", i*7%300)),
			Headers: []kgo.RecordHeader{
				{Key: "h", Value: []byte(fmt.Sprintf("header-%d", i))}},
		})
	}
	return producer.ProduceSync(ctx, records...).FirstErr()
}

// The words to say behind "ok".
func do(admin *kadm.Client, word string, given []string) ([]string, error) {
	switch word {
	case "create":
		_, err := admin.CreateTopic(ctx, int32(number(given[1])), 1, nil, given[0])
		return nil, err
	case "delete":
		_, err := admin.DeleteTopic(ctx, given[0])
		return nil, err
	case "produce":
		return nil, produce(given[0], given[1], number(given[2]), number(given[3]))
	case "partitions":
		topics, err := admin.ListTopics(ctx, given[0])
		return []string{strconv.Itoa(len(topics[given[0]].Partitions))}, err
	case "topics":
		topics, err := admin.ListTopics(ctx)
		return topics.Names(), err
	case "set":
		change := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: given[1], Value: &given[2]}}
		answers, err := admin.AlterTopicConfigs(ctx, change, given[0])
		for _, answer := range answers {
			err = errors.Join(err, answer.Err)
		}
		return nil, err
	case "get":
		told, err := admin.DescribeTopicConfigs(ctx, given[0])
		if err != nil {
			return nil, err
		}
		for _, config := range told[0].Configs {
			if config.Key == given[1] {
				return []string{config.MaybeValue()}, nil
			}
		}
		return nil, errors.New("no such key")
	case "groups":
		groups, err := admin.ListGroups(ctx)
		return groups.Groups(), err
	}
	return nil, errors.New("no such word")
}

func work() {
	admin := kadm.NewClient(client())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if answer, err := do(admin, words[0], words[1:]); err != nil {
			say("error", err)
		} else {
			say(strings.TrimSpace("ok " + strings.Join(answer, " ")))
		}
	}
}

func main() {
	given := os.Args[3:]
	switch os.Args[2] {
	case "worker":
		work()
	case "member":
		consume(given[0], given[1], given[2])
	case "copier":
		newCopier(given[0], given[1], given[2], given[3], given[4], given[5], number(given[6])).run()
	}
}
