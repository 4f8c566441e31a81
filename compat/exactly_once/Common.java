// What the programs of this folder share: words on stdout, the end on stdin, and clients.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

final class Common {
    private Common() {}

    static void say(String words) {
        synchronized (System.out) {
            System.out.println(words);
            System.out.flush();
        }
    }

    // In one line, with the causes.
    static void sayTrouble(String what, Throwable trouble) {
        StringBuilder told = new StringBuilder("trouble " + LocalTime.now() + " " + what);
        for (Throwable each = trouble; each != null; each = each.getCause()) {
            told.append(" <- ").append(each.getClass().getSimpleName()).append(": ")
                    .append(("" + each.getMessage()).replace('\n', ' '));
        }
        say(told.toString());
    }

    // Opens when a line comes from stdin, or its end.
    static CountDownLatch askedToEnd() {
        CountDownLatch asked = new CountDownLatch(1);
        Thread reader = new Thread(() -> {
            try {
                new BufferedReader(new InputStreamReader(System.in)).readLine();
            } catch (IOException gone) {
                sayTrouble("stdin", gone);
            }
            asked.countDown();
        });
        reader.setDaemon(true);
        reader.start();
        return asked;
    }

    static Properties properties(String... pairs) {
        Properties properties = new Properties();
        for (int i = 0; i < pairs.length; i += 2) properties.put(pairs[i], pairs[i + 1]);
        return properties;
    }

    static KafkaProducer<String, String> producer(Properties properties) {
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    static KafkaConsumer<String, String> consumer(Properties properties) {
        return new KafkaConsumer<>(properties, new StringDeserializer(),
                new StringDeserializer());
    }

    static Duration ms(long count) {
        return Duration.ofMillis(count);
    }
}
