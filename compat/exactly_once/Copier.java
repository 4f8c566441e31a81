// Consumes, and produces what it consumed, in transactions, until it is told to end.
//
// usage: Copier ADDRESS GROUP PROTOCOL TRANSACTIONAL_ID SEED INPUT OUTPUT
// One transaction in five is aborted on purpose. Says
// `transaction committed` or `transaction aborted` after each, and `trouble …` for what went wrong
// otherwise; it then begins again where its group has committed.

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

public class Copier {
    private static final double ABORTED = 0.2;
    private static final int LONGEST_MS = 60;

    private final Properties producerProperties;
    private final KafkaConsumer<String, String> consumer;
    private final Random chance;
    private final String output;
    private KafkaProducer<String, String> producer;
    private boolean mustRewind = false;

    public static void main(String[] arguments) throws Exception {
        CountDownLatch end = Common.askedToEnd();
        Copier copier = new Copier(arguments);
        copier.consumer.subscribe(List.of(arguments[5]));
        while (end.getCount() != 0) copier.tryRound();
        copier.consumer.close();
        if (copier.producer != null) copier.producer.close();
        Common.say("closed");
    }

    private Copier(String[] arguments) {
        producerProperties = Common.properties(
                "bootstrap.servers", arguments[0], "transactional.id", arguments[3],
                "transaction.timeout.ms", "5000", "linger.ms", "2", "batch.size", "256");
        Properties properties = Common.properties(
                "bootstrap.servers", arguments[0], "group.id", arguments[1],
                "group.protocol", arguments[2], "isolation.level", "read_committed",
                "enable.auto.commit", "false", "auto.offset.reset", "earliest",
                "max.poll.records", "30");
        // With the other protocol, it is for the broker to say.
        if (arguments[2].equals("classic")) {
            properties.put("session.timeout.ms", "3000");
            properties.put("heartbeat.interval.ms", "500");
        }
        consumer = Common.consumer(properties);
        chance = new Random(Long.parseLong(arguments[4]));
        output = arguments[6];
    }

    private void tryRound() throws InterruptedException {
        try {
            if (producer == null) {
                producer = Common.producer(producerProperties);
                producer.initTransactions();
            }
            rewind();
            ConsumerRecords<String, String> records = consumer.poll(Common.ms(100));
            if (!records.isEmpty()) copy(records);
        } catch (KafkaException | IllegalStateException trouble) {
            // The consumer's two threads may meet in a wrong state when the leader epoch changes
            // (4.3.0: "Cannot set a new position without a valid current position").
            Common.sayTrouble("copying", trouble);
            recover();
        }
    }

    // Takes its time, so that a transaction is open nearly always.
    private void copy(ConsumerRecords<String, String> records) throws InterruptedException {
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records) {
            producer.send(new ProducerRecord<>(output, record.key(), record.value()));
        }
        producer.flush();
        Thread.sleep(chance.nextInt(LONGEST_MS));
        producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
        Thread.sleep(chance.nextInt(LONGEST_MS));
        if (chance.nextDouble() < ABORTED) {
            producer.abortTransaction();
            Common.say("transaction aborted");
            mustRewind = true;
        } else {
            producer.commitTransaction();
            Common.say("transaction committed");
        }
    }

    // The transaction is given up if the producer still can; otherwise a new producer does.
    private void recover() {
        mustRewind = true;
        try {
            producer.abortTransaction();
        } catch (KafkaException | IllegalStateException trouble) {
            Common.sayTrouble("aborting", trouble);
            producer.close(Common.ms(0));
            producer = null;
        }
    }

    // To where the group has committed, if what was read since is to be read again.
    private void rewind() {
        if (!mustRewind) return;
        Map<TopicPartition, OffsetAndMetadata> committed =
                consumer.committed(consumer.assignment());
        committed.forEach((partition, offset) ->
                consumer.seek(partition, offset == null ? 0 : offset.offset()));
        mustRewind = false;
    }
}
