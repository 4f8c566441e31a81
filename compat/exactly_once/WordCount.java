// A Kafka Streams application that counts words, exactly once, until it is told to end.
//
// usage: WordCount ADDRESS APPLICATION_ID STATE_DIRECTORY INPUT OUTPUT
// Says `running` whenever all of its tasks run, and `trouble …` when one of its threads died, which
// is then replaced. Counts are in RocksDB and in a changelog; every single one goes to OUTPUT.

import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

public class WordCount {
    public static void main(String[] arguments) throws Exception {
        CountDownLatch end = Common.askedToEnd();
        Properties properties = Common.properties(
                "bootstrap.servers", arguments[0],
                "application.id", arguments[1],
                "state.dir", arguments[2],
                "processing.guarantee", "exactly_once_v2",
                "num.stream.threads", "2",
                "statestore.cache.max.bytes", "0",
                // A transaction is open nearly all the time, and the broker has records of it.
                "commit.interval.ms", "300",
                "producer.linger.ms", "1",
                "producer.transaction.timeout.ms", "5000",
                "consumer.session.timeout.ms", "3000",
                "consumer.heartbeat.interval.ms", "500",
                "auto.offset.reset", "earliest",
                "default.key.serde", "org.apache.kafka.common.serialization.Serdes$StringSerde",
                "default.value.serde", "org.apache.kafka.common.serialization.Serdes$StringSerde");
        try (KafkaStreams streams = new KafkaStreams(
                topology(arguments[3], arguments[4]), properties)) {
            streams.setUncaughtExceptionHandler(died -> {
                Common.sayTrouble("a thread died", died);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            });
            streams.setStateListener((now, before) -> {
                if (now == KafkaStreams.State.RUNNING) Common.say("running");
            });
            streams.start();
            end.await();
            Common.say(streams.close(Common.ms(60000)) ? "closed" : "not closed");
        }
    }

    private static Topology topology(String input, String output) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(input, Consumed.with(Serdes.String(), Serdes.String()))
                .flatMapValues(sentence -> List.of(sentence.split("-")))
                .groupBy((number, word) -> word, Grouped.as("by-word"))
                .count(Materialized.as("counts"))
                .toStream()
                .mapValues(count -> "" + count)
                .to(output, Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }
}
