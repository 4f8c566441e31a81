#!/bin/bash
# As much of Kafka's script of this name as librdkafka's tests need to run a class of theirs.
exec java -XX:TieredStopAtLevel=1 -Xmx256m -cp "$CLASSPATH:$KAFKA_JARS/*" "$@"
