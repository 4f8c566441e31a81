// Creates the topics and writes sentences by an idempotent producer until it is told to end.
//
// usage: Sentences ADDRESS PARTITIONS SEED PER_SECOND TOPIC…
// Sentence N has the key N and a value of five words, joined by "-". All TOPICs are created with
// PARTITIONS; the first gets the sentences. At the end it says `sent COUNT`, when all of them have
// been acknowledged.

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

public class Sentences {
    private static final int WORDS = 100;
    private static final int LENGTH = 5;
    private static final int PAUSE_MS = 20;

    public static void main(String[] arguments) throws Exception {
        CountDownLatch end = Common.askedToEnd();
        String address = arguments[0];
        int partitions = Integer.parseInt(arguments[1]);
        Random chance = new Random(Long.parseLong(arguments[2]));
        List<NewTopic> topics = new ArrayList<>();
        for (int i = 4; i < arguments.length; ++i) {
            topics.add(new NewTopic(arguments[i], partitions, (short) 1));
        }
        try (Admin admin = Admin.create(Common.properties("bootstrap.servers", address))) {
            admin.createTopics(topics).all().get();
        }
        Common.say("created");
        int atOnce = Integer.parseInt(arguments[3]) * PAUSE_MS / 1000;
        try (KafkaProducer<String, String> producer = Common.producer(Common.properties(
                "bootstrap.servers", address, "linger.ms", "5",
                "delivery.timeout.ms", "600000"))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            while (!end.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                for (int i = 0; i < atOnce; ++i) {
                    sent.add(producer.send(new ProducerRecord<>(
                            arguments[4], "" + sent.size(), sentence(chance))));
                }
            }
            for (Future<RecordMetadata> each : sent) each.get();
            Common.say("sent " + sent.size());
        }
    }

    private static String sentence(Random chance) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < LENGTH; ++i) words.add("word" + chance.nextInt(WORDS));
        return String.join("-", words);
    }
}
