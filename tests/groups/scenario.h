// Golden scenarios: a text of commands to a coordinator partition, each followed by what it did. A
// scenario is a conversation that a reader can follow and a machine can repeat.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "group_world.h"

namespace kafka::groups {

class Scenario {
  public:
    // Runs the commands of `text` and returns it with what happened in place of what was expected.
    std::string run(std::string_view text);

  private:
    using Arguments = std::map<std::string, std::string, std::less<>>;

    std::string execute(std::string_view line);
    void dispatch(const std::string& command, const Arguments& arguments);
    void join(const Arguments& arguments);
    void sync(const Arguments& arguments);
    void heartbeat(const Arguments& arguments);
    void leave(const Arguments& arguments);
    void commit(const Arguments& arguments);
    void fetch(const Arguments& arguments);
    void forget(const Arguments& arguments);
    void describe(const Arguments& arguments);

    // Consumer groups: scenario_consumer.cc.
    bool dispatch_consumer(const std::string& command, const Arguments& arguments);
    void beat(const Arguments& arguments);
    void describe_consumers(const Arguments& arguments);
    void set(const Arguments& arguments);
    template <class Owned>
    std::string text_of_partitions(const Owned& owned) const;
    TopicPartitions parse_partitions(const std::string& text) const;
    std::string text_of_assignment(const Bytes& bytes) const;
    Bytes assignment_in(const std::string& text) const;
    Bytes subscription_to(const std::string& topics, const std::string& owned) const;
    std::string text_of_record(const Record& record) const;

    void print(const Record& record);
    void print(const Reply& reply);
    void print_timers();
    void say(std::string_view what, const std::string& text);

    Token token_for(const Arguments& arguments);

    GroupWorld world_;
    std::map<std::uint64_t, std::string> requests_;  // the name of each token
    std::map<std::string, SteadyMs> timers_;
    std::map<std::string, int> ids_;
    std::uint64_t next_token_ = 1;
    std::string output_;
};

}  // namespace kafka::groups
