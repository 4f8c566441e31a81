#include "bench/load/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "bench/wire.h"

namespace kafka::bench {

void Report::add(std::string_view name, double value) {
    fields_ += fmt::format("{}\"{}\": {:.6g}", fields_.empty() ? "" : ", ", name, value);
}

void Report::add_latencies(std::vector<float> seconds) {
    if (seconds.empty()) return;
    std::sort(seconds.begin(), seconds.end());
    const auto at = [&](double part) {
        const auto place = static_cast<std::size_t>(part * static_cast<double>(seconds.size()));
        return 1e6 * static_cast<double>(seconds[std::min(place, seconds.size() - 1)]);
    };
    add("p50_us", at(0.5));
    add("p99_us", at(0.99));
    add("p999_us", at(0.999));
    add("max_us", at(1));
}

void Report::print() const {
    fmt::print("{{{}}}\n", fields_);
    std::fflush(stdout);
}

double cpu_seconds(int pid) {
    if (pid == 0) return 0;
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) throw Trouble(fmt::format("no process has pid {}", pid));
    std::istringstream fields(line.substr(name_end + 2));
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace kafka::bench
