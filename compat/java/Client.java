// Apache Kafka's own clients as a program; the words are in compat/README.md.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Client {
    private static void say(String words) {
        System.out.println(words.strip());
        System.out.flush();
    }

    private static String joined(Collection<?> words) {
        return words.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static Properties properties(String... pairs) {
        Properties properties = new Properties();
        for (int i = 0; i < pairs.length; i += 2) properties.put(pairs[i], pairs[i + 1]);
        return properties;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[1].equals("worker")) {
            work(arguments[0]);
        } else {
            consume(arguments[0], arguments[2], arguments[3], arguments[4]);
        }
    }

    private static void work(String address) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        try (Admin admin = Admin.create(properties("bootstrap.servers", address))) {
            for (String line; (line = lines.readLine()) != null; ) {
                try {
                    say("ok " + answer(address, admin, line.split(" ")));
                } catch (Exception error) {
                    say("error " + error.getMessage());
                }
            }
        }
    }

    private static String answer(String address, Admin admin, String[] words) throws Exception {
        String topic = words.length > 1 ? words[1] : "";
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        switch (words[0]) {
            case "create":
                admin.createTopics(List.of(
                        new NewTopic(topic, Integer.parseInt(words[2]), (short) 1))).all().get();
                return "";
            case "delete":
                admin.deleteTopics(List.of(topic)).all().get();
                return "";
            case "produce":
                produce(address, topic, words[2], Integer.parseInt(words[3]),
                        Integer.parseInt(words[4]));
                return "";
            case "partitions":
                return "" + admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic)
                        .partitions().size();
            case "topics":
                return joined(admin.listTopics().names().get());
            case "set":
                admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(
                        new ConfigEntry(words[2], words[3]), AlterConfigOp.OpType.SET))))
                        .all().get();
                return "";
            case "get":
                return admin.describeConfigs(List.of(resource)).all().get().get(resource)
                        .get(words[2]).value();
            case "groups":
                return joined(admin.listGroups().all().get().stream()
                        .map(group -> group.groupId()).toList());
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private static void produce(String address, String topic, String codec, int first, int count)
            throws Exception {
        Properties properties = properties("bootstrap.servers", address, "compression.type", codec,
                "linger.ms", "5");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                properties, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = first; i < first + count; ++i) {
                ProducerRecord<String, String> record = new ProducerRecord<>(
                        topic, "key-" + i, "value-" + i + "-" + "x".repeat(i * 7 % 300));
                record.headers().add("h", ("header-" + i).getBytes());
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> each : sent) each.get();
        }
    }

    private static void consume(String address, String group, String topic, String protocol)
            throws Exception {
        LinkedBlockingQueue<String> wanted = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> new BufferedReader(new InputStreamReader(System.in))
                .lines().forEach(wanted::add));
        reader.setDaemon(true);
        reader.start();
        Properties properties = properties("bootstrap.servers", address, "group.id", group,
                "group.protocol", protocol, "auto.offset.reset", "earliest",
                "enable.auto.commit", "false");
        // With the other protocol, it is for the broker to say.
        if (protocol.equals("classic")) properties.put("heartbeat.interval.ms", "500");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                properties, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic), teller());
            poll(consumer, wanted);
        }
        say("closed");
    }

    // The library tells what comes and what goes; the sum is what there is.
    private static ConsumerRebalanceListener teller() {
        TreeSet<Integer> mine = new TreeSet<>();
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> more) {
                more.forEach(each -> mine.add(each.partition()));
                say("assigned " + joined(mine));
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> gone) {
                gone.forEach(each -> mine.remove(each.partition()));
                say("assigned " + joined(mine));
            }
        };
    }

    // Until it is to close.
    private static void poll(KafkaConsumer<String, String> consumer,
            LinkedBlockingQueue<String> wanted) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        while (true) {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> {
                next.put(new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1));
                say("record " + record.partition() + " " + record.offset() + " " + record.key()
                        + " " + record.value() + " "
                        + new String(record.headers().lastHeader("h").value()));
            });
            String word = wanted.poll();
            if (word == null) continue;
            if (word.equals("close")) return;
            next.keySet().retainAll(consumer.assignment());
            consumer.commitSync(next);
            say("committed");
        }
    }
}
