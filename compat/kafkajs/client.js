// kafkajs as a program; the words are in compat/README.md.
'use strict';

const readline = require('readline');
const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } =
  require('kafkajs');
const snappy = require('snappyjs');

// kafkajs brings gzip alone, and a place for others.
CompressionCodecs[CompressionTypes.Snappy] = () => ({
  compress: async (encoder) => Buffer.from(snappy.compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(snappy.uncompress(buffer)),
});
const CODECS = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
};

const [address, role, group, topicOfGroup] = process.argv.slice(2);
const kafka = new Kafka({
  brokers: [address],
  logLevel: logLevel.ERROR,
  retry: { initialRetryTime: 50, retries: 20 },
});
const say = (...words) => console.log(words.join(' '));
// To be called when the words can be taken: what comes before is lost.
const lines = () => readline.createInterface({ input: process.stdin });

async function work() {
  const admin = kafka.admin();
  const producer = kafka.producer();
  await admin.connect();
  const words = {
    create: async (topic, partitions) => {
      const made = await admin.createTopics({
        topics: [{ topic, numPartitions: Number(partitions) }],
      });
      if (!made) throw new Error('it exists');
    },
    delete: (topic) => admin.deleteTopics({ topics: [topic] }),
    produce: async (topic, codec, first, count) => {
      const messages = Array.from({ length: Number(count) }, (_, i) => {
        const number = Number(first) + i;
        return {
          key: `key-${number}`,
          value: `value-${number}-` + 'x'.repeat((number * 7) % 300),
          headers: { h: `header-${number}` },
        };
      });
      await producer.connect();
      await producer.send({ topic, messages, acks: -1, compression: CODECS[codec] });
    },
    partitions: async (topic) =>
      [(await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length],
    topics: () => admin.listTopics(),
    set: (topic, name, value) => admin.alterConfigs({
      validateOnly: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name, value }] },
      ],
    }).then(() => []),
    get: async (topic, name) => {
      const told = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
      });
      return [told.resources[0].configEntries[0].configValue];
    },
    groups: async () => (await admin.listGroups()).groups.map((each) => each.groupId),
  };
  for await (const line of lines()) {
    const [word, ...given] = line.split(' ');
    try {
      say('ok', ...((await words[word](...given)) || []));
    } catch (error) {
      say('error', error.message);
    }
  }
  process.exit(0);
}

async function consume() {
  const nextOffsets = new Map();
  let mine = [];
  const consumer = kafka.consumer({
    groupId: group,
    heartbeatInterval: 500,
    sessionTimeout: 10000,
    maxWaitTimeInMs: 200, // it sends no heartbeat while it waits for records
  });
  consumer.on(consumer.events.REBALANCING, () => say('assigned'));
  consumer.on(consumer.events.GROUP_JOIN, (event) => {
    mine = event.payload.memberAssignment[topicOfGroup] || [];
    say('assigned', ...mine);
  });
  await consumer.connect();
  await consumer.subscribe({ topic: topicOfGroup, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      nextOffsets.set(partition, String(BigInt(message.offset) + 1n));
      say('record', partition, message.offset, message.key, message.value, message.headers.h);
    },
  });
  for await (const word of lines()) {
    if (word === 'commit') {
      const offsets = [...nextOffsets].filter(([partition]) => mine.includes(partition))
        .map(([partition, offset]) => ({ topic: topicOfGroup, partition, offset }));
      if (offsets.length > 0) await consumer.commitOffsets(offsets);
      say('committed');
    } else if (word === 'close') {
      await consumer.disconnect();
      say('closed');
      process.exit(0);
    }
  }
}

(role === 'worker' ? work() : consume()).catch((error) => {
  console.error(error);
  process.exit(1);
});
