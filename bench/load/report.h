// What a mode measured, as one line of JSON on standard output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kafka::bench {

class Report {
  public:
    void add(std::string_view name, double value);
    // p50, p99, p99.9 and the maximum in microseconds; sorts its copy.
    void add_latencies(std::vector<float> seconds);
    void print() const;

  private:
    std::string fields_;
};

// User and system time of a process so far, in seconds; 0 for pid 0.
double cpu_seconds(int pid);

}  // namespace kafka::bench
