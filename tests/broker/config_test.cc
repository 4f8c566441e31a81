// The configuration: what is taken, and what the message says when it is not.
#include "broker/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/config_hints.h"
#include "broker/config_sources.h"
#include "cluster/config_key.h"

namespace kafka::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string mistake_in(const std::vector<ConfigSetting>& settings) {
    try {
        make_config(settings);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "";
}

BrokerConfig config_from(std::string_view properties) {
    return make_config(parse_properties(properties, "test.properties"));
}

TEST(BrokerConfig, ListensOnLocalhostWhenNothingIsSaid) {
    const BrokerConfig config = make_config({});

    ASSERT_EQ(config.listeners.size(), 1U);
    EXPECT_EQ(config.listeners[0].name, "PLAINTEXT");
    EXPECT_EQ(config.listeners[0].bind, (Endpoint{"localhost", 9092}));
    EXPECT_EQ(config.listeners[0].advertised, std::nullopt);
    EXPECT_THAT(config.log_dirs, ElementsAre("data"));
    EXPECT_EQ(config.statics.node_id, BrokerId{1});
    EXPECT_THAT(config.without_effect, IsEmpty());
}

TEST(BrokerConfig, TakesTheServerPropertiesOfACombinedKafkaNode) {
    const BrokerConfig config = config_from(R"(
process.roles=broker,controller
node.id=7
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://broker.example:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
num.network.threads=3
num.io.threads=8
log.dirs=/var/one, /var/two
log.retention.hours=24
)");

    ASSERT_EQ(config.listeners.size(), 1U);
    EXPECT_EQ(config.listeners[0].bind, (Endpoint{"", 9092}));
    EXPECT_EQ(config.listeners[0].advertised, (Endpoint{"broker.example", 9092}));
    EXPECT_THAT(config.log_dirs, ElementsAre("/var/one", "/var/two"));
    EXPECT_EQ(config.statics.node_id, BrokerId{7});
    EXPECT_EQ(config.number("log.retention.hours"), 24);
    EXPECT_THAT(config.without_effect, ElementsAre("num.io.threads", "num.network.threads"));
}

TEST(BrokerConfig, TakesEveryKeyThatKafkaKnowsWithItsOwnDefault) {
    for (const cluster::ConfigKey* key : cluster::broker_config_keys()) {
        if (!key->default_value || key->type == cluster::ConfigType::PASSWORD) continue;
        EXPECT_EQ(mistake_in({{std::string(key->name), key->default_value, "test"}}), "");
    }
}

TEST(BrokerConfig, MetricsAreForThoseWhoAskForThem) {
    EXPECT_EQ(make_config({}).metrics_listener, std::nullopt);
    EXPECT_EQ(make_config({{"metrics.listener", "", "test"}}).metrics_listener, std::nullopt);
    EXPECT_EQ(make_config({{"metrics.listener", ":9404", "test"}}).metrics_listener,
              (Endpoint{"", 9404}));
    EXPECT_EQ(make_config({{"metrics.listener", "[::1]:9404", "test"}}).metrics_listener,
              (Endpoint{"::1", 9404}));
}

// What DescribeConfigs says is what groups do.
TEST(BrokerConfig, GroupsDoNotWaitForMoreMembersUnlessToldTo) {
    EXPECT_EQ(make_config({}).number("group.initial.rebalance.delay.ms"), 0);
}

TEST(BrokerConfig, KeysOfGroupsAreNotSaidToBeWithoutEffect) {
    const BrokerConfig config = make_config({{"group.consumer.session.timeout.ms", "50000", "test"},
                                             {"group.initial.rebalance.delay.ms", "3000", "test"},
                                             {"offsets.retention.minutes", "60", "test"}});

    EXPECT_THAT(config.without_effect, IsEmpty());
}

TEST(BrokerConfig, NorAreThoseOfTransactions) {
    const BrokerConfig config =
        make_config({{"transaction.state.log.num.partitions", "3", "test"},
                     {"transaction.max.timeout.ms", "60000", "test"},
                     {"transaction.partition.verification.enable", "false", "test"},
                     {"transactional.id.expiration.ms", "3600000", "test"},
                     {"add.partitions.to.txn.retry.backoff.ms", "10", "test"},
                     {"request.timeout.ms", "10000", "test"}});

    EXPECT_THAT(config.without_effect, IsEmpty());
}

TEST(BrokerConfig, LaterSettingsWin) {
    const BrokerConfig config = make_config({{"num.partitions", "2", "file"},
                                             {"num.partitions", "3", "KAFKA_NUM_PARTITIONS"},
                                             {"num.partitions", "4", "--set"}});

    EXPECT_EQ(config.number("num.partitions"), 4);
}

TEST(BrokerConfig, ReportsAllMistakesAtOnce) {
    const std::string said =
        mistake_in({{"num.partitions", "many", "a"}, {"no.such.key", "1", "b"}});

    EXPECT_THAT(said, HasSubstr("a: Invalid value many for configuration num.partitions: Not a "
                                "number of type INT"));
    EXPECT_THAT(said, HasSubstr("b: no.such.key is no configuration key"));
}

TEST(BrokerConfig, InternalTopicsMayHaveTheSmallestSegmentsThatTopicsHave) {
    EXPECT_EQ(mistake_in({{"offsets.topic.segment.bytes", "1048576", "x"},
                          {"transaction.state.log.segment.bytes", "1048576", "x"}}),
              "");
}

struct Mistake {
    const char* name;
    ConfigSetting setting;
    const char* said;
};
class BrokerConfigMistake : public testing::TestWithParam<Mistake> {};

TEST_P(BrokerConfigMistake, SaysWhatToWriteInstead) {
    EXPECT_THAT(mistake_in({GetParam().setting}), HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokerConfigMistake,
    testing::Values(
        Mistake{"Misspelt",
                {"advertised.listener", "PLAINTEXT://a:1", "KAFKA_ADVERTISED_LISTENER"},
                "KAFKA_ADVERTISED_LISTENER: advertised.listener is no configuration key: did you "
                "mean advertised.listeners?"},
        Mistake{"MetricsWithoutPort",
                {"metrics.listener", "localhost", "KAFKA_METRICS_LISTENER"},
                "KAFKA_METRICS_LISTENER: metrics.listener: \"localhost\" is no address; write "
                "HOST:PORT, such as localhost:9404, or :9404 for all addresses"},
        Mistake{"KeyOfATopic",
                {"retention.ms", "1", "--set"},
                "for the default of all topics write log.retention.ms"},
        Mistake{"RemovedInKafka4",
                {"zookeeper.connect", "localhost:2181", "x"},
                "Apache Kafka 4 has removed it"},
        Mistake{"OutOfRange",
                {"num.partitions", "0", "x"},
                "Invalid value 0 for configuration num.partitions: Value must be at least 1"},
        Mistake{"ListenerWithoutPort",
                {"listeners", "localhost", "x"},
                "\"localhost\" is no listener; write NAME://HOST:PORT"},
        Mistake{"ListenerWithTls",
                {"listeners", "SSL://:9093", "x"},
                "SSL uses SSL, but only PLAINTEXT is available"},
        Mistake{"ListenerWithoutProtocol",
                {"listeners", "EXTERNAL://:9093", "x"},
                "add EXTERNAL:PLAINTEXT to listener.security.protocol.map"},
        Mistake{"ListenerTwice",
                {"listeners", "PLAINTEXT://:9092,PLAINTEXT://:9093", "x"},
                "PLAINTEXT is there twice"},
        Mistake{"AdvertisedButNotBound",
                {"advertised.listeners", "EXTERNAL://a:1", "x"},
                "EXTERNAL is not among the listeners"},
        Mistake{"AdvertisedWithoutHost",
                {"advertised.listeners", "PLAINTEXT://0.0.0.0:9092", "x"},
                "PLAINTEXT needs a host that clients can dial"},
        Mistake{"OnlyControllers",
                {"controller.listener.names", "PLAINTEXT", "x"},
                "write listeners=PLAINTEXT://:9092"},
        Mistake{"LimitOfAnAddress",
                {"max.connections.per.ip.overrides", "10.0.0.7", "x"},
                "write ADDRESS:NUMBER"},
        Mistake{"OffsetsInTooSmallSegments",
                {"offsets.topic.segment.bytes", "1048575", "x"},
                "offsets.topic.segment.bytes is 1048575, and __consumer_offsets cannot be made "
                "with it; write 1048576 or more"},
        Mistake{"TransactionsInTooSmallSegments",
                {"transaction.state.log.segment.bytes", "1000", "x"},
                "transaction.state.log.segment.bytes is 1000, and __transaction_state cannot be "
                "made with it; write 1048576 or more"}),
    [](const auto& test) { return test.param.name; });

TEST(BrokerConfig, NeverShowsASecret) {
    const std::string said = mistake_in({{"ssl.key.passwort", "hush", "KAFKA_SSL_KEY_PASSWORT"}});

    EXPECT_THAT(said, HasSubstr("did you mean ssl.key.password?"));
    EXPECT_THAT(said, testing::Not(HasSubstr("hush")));
}

TEST(PropertiesFile, ReadsWhatJavaReads) {
    const auto settings = parse_properties(
        "# a comment\n"
        "! another\n"
        "\n"
        "  a = 1 \n"
        "b:2\n"
        "c 3\n"
        "d=one,\\\n"
        "   two\n"
        "e=C:\\\\dir\n"
        "f\\=g=\\u00e9\\t|\r\n"
        "empty=\n"
        "# not continued \\\n"
        "last=x",
        "f");

    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& setting : settings) pairs.emplace_back(setting.key, setting.value);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"a", "1 "},      {"b", "2"},      {"c", "3"},    {"d", "one,two"},
        {"e", "C:\\dir"}, {"f=g", "é\t|"}, {"empty", ""}, {"last", "x"}};
    EXPECT_EQ(pairs, expected);
    EXPECT_EQ(settings[0].where, "f:4");
    EXPECT_EQ(settings.back().where, "f:13");
}

TEST(PropertiesFile, SaysThatItCannotBeRead) {
    EXPECT_THROW(read_properties_file("/no/such/file"), ConfigError);
}

TEST(Environment, NamesKeysAsTheImageOfKafkaDoes) {
    const auto settings = parse_environment({"KAFKA_NUM_PARTITIONS=4", "KAFKA_LOG__DIR=a=b",
                                             "KAFKA_A___B=x", "PATH=/bin", "KAFKA_=odd"});

    const std::vector<ConfigSetting> expected{{"", "odd", "KAFKA_"},
                                              {"a-b", "x", "KAFKA_A___B"},
                                              {"log_dir", "a=b", "KAFKA_LOG__DIR"},
                                              {"num.partitions", "4", "KAFKA_NUM_PARTITIONS"}};
    EXPECT_EQ(settings, expected);
}

TEST(Environment, PassesOverWhatIsNotForTheBroker) {
    const auto settings = parse_environment(
        {"KAFKA_HEAP_OPTS=-Xmx1g", "KAFKA_OPTS=-D", "KAFKA_JMX_PORT=1", "KAFKA_VERSION=4.3.0",
         "KAFKA_PORT=tcp://10.0.0.1:9092", "KAFKA_PORT_9092_TCP_ADDR=10.0.0.1",
         "KAFKA_SERVICE_HOST=10.0.0.1", "KAFKA_LOG4J_ROOT_LOGLEVEL=INFO"});

    EXPECT_THAT(settings, IsEmpty());
}

TEST(Assignment, NeedsAKeyAndAnEqualsSign) {
    EXPECT_EQ(parse_assignment("a=b=c"), (ConfigSetting{"a", "b=c", "--set"}));
    EXPECT_EQ(parse_assignment("a="), (ConfigSetting{"a", "", "--set"}));
    EXPECT_THROW(parse_assignment("a"), ConfigError);
    EXPECT_THROW(parse_assignment("=b"), ConfigError);
}

}  // namespace
}  // namespace kafka::broker
