// Reads committed records of a topic and says `record PARTITION OFFSET KEY VALUE` for each.
//
// usage: Reader ADDRESS TOPIC follow | once
// `follow` goes on until it is told to end. `once` waits until no transaction is open any more, says
// `end`, reads what there is, and says `all`.

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

public class Reader {
    public static void main(String[] arguments) throws Exception {
        CountDownLatch end = Common.askedToEnd();
        String topic = arguments[1];
        try (Admin admin = Admin.create(Common.properties("bootstrap.servers", arguments[0]));
                KafkaConsumer<String, String> consumer = Common.consumer(Common.properties(
                        "bootstrap.servers", arguments[0], "isolation.level", "read_committed",
                        "auto.offset.reset", "none", "enable.auto.commit", "false"))) {
            List<TopicPartition> partitions = admin.describeTopics(List.of(topic))
                    .allTopicNames().get().get(topic).partitions().stream()
                    .map(each -> new TopicPartition(topic, each.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            if (arguments[2].equals("follow")) {
                while (end.getCount() != 0) tellMore(consumer);
                return;
            }
            Map<TopicPartition, Long> until = endWithNothingOpen(admin, partitions);
            Common.say("end");
            while (partitions.stream().anyMatch(
                    each -> consumer.position(each) < until.get(each))) {
                tellMore(consumer);
            }
            Common.say("all");
        }
    }

    private static void tellMore(KafkaConsumer<String, String> consumer) {
        consumer.poll(Common.ms(100)).forEach(record -> Common.say("record " + record.partition()
                + " " + record.offset() + " " + record.key() + " " + record.value()));
    }

    // Waits for the last stable offsets to reach the ends of the logs.
    private static Map<TopicPartition, Long> endWithNothingOpen(
            Admin admin, List<TopicPartition> partitions) throws Exception {
        while (true) {
            Map<TopicPartition, Long> all =
                    ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED);
            if (ends(admin, partitions, IsolationLevel.READ_COMMITTED).equals(all)) return all;
            Thread.sleep(50);
        }
    }

    private static Map<TopicPartition, Long> ends(Admin admin, List<TopicPartition> partitions,
            IsolationLevel level) throws Exception {
        return admin.listOffsets(
                partitions.stream().collect(Collectors.toMap(each -> each,
                        each -> OffsetSpec.latest())),
                new ListOffsetsOptions(level)).all().get().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
    }
}
