// The process itself, under the names that Prometheus' client libraries use.
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "console/exposition.h"

namespace kafka::console {
namespace {

using prometheus::MetricType;

double resident_bytes() {
    long pages = 0;
    long resident = 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "r"),
                                                               &std::fclose);
    if (!file || std::fscanf(file.get(), "%ld %ld", &pages, &resident) != 2) return 0;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
    if (!folder) return 0;
    double count = 0;
    while (::readdir(folder.get()) != nullptr) count += 1;
    return count - 3;  // ".", ".." and the folder itself
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void expose_process(Families& families) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    add(begin(families, "process_cpu_seconds_total", "CPU time, user and system.",
              MetricType::Counter),
        seconds(usage.ru_utime) + seconds(usage.ru_stime));
    add(begin(families, "process_resident_memory_bytes", "Resident memory.", MetricType::Gauge),
        resident_bytes());
    add(begin(families, "process_open_fds", "Open file descriptors.", MetricType::Gauge),
        open_files());
    add(begin(families, "process_max_fds", "How many there may be.", MetricType::Gauge),
        static_cast<double>(files.rlim_cur));
}

}  // namespace kafka::console
