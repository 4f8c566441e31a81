// How long things took: a histogram with two buckets for each doubling, from 16 µs to a minute.
// Recording is a count of leading zeros and an addition. A plain value: copy it to read it
// elsewhere, subtract an older copy to see what lies between.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kafka::broker {

class LatencyHistogram {
  public:
    // Bucket 2n ends at 24 µs * 2^n, bucket 2n + 1 at 32 µs * 2^n; the last one takes the rest.
    static constexpr std::size_t kBuckets = 44;

    void record(std::chrono::nanoseconds took) {
        const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)) / 1000;
        ++counts_[bucket_of(us)];
        sum_us_ += us;
    }

    static std::size_t bucket_of(std::uint64_t us) {
        if (us < kFirstUs) return 0;
        const auto doublings = static_cast<std::size_t>(std::bit_width(us / kFirstUs)) - 1;
        const bool upper_half = (us >> (doublings + kFirstBits - 1) & 1) != 0;
        return std::min(2 * doublings + (upper_half ? 1 : 0), kBuckets - 1);
    }
    // Where the bucket ends, exclusive; the last one does not.
    static std::uint64_t end_us(std::size_t bucket) {
        return (bucket % 2 == 0 ? 3 * kFirstUs / 2 : 2 * kFirstUs) << (bucket / 2);
    }

    std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }
    std::uint64_t total() const {
        std::uint64_t all = 0;
        for (const std::uint64_t count : counts_) all += count;
        return all;
    }
    std::uint64_t sum_us() const { return sum_us_; }
    // What that share of all took at most, in milliseconds, evenly spread inside a bucket; 0 when
    // there is nothing.
    double quantile_ms(double share) const {
        const double wanted = share * static_cast<double>(total());
        double below = 0;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            const auto here = static_cast<double>(counts_[i]);
            if (here > 0 && below + here >= wanted) {
                const double begin = i == 0 ? 0 : static_cast<double>(end_us(i - 1));
                const double width = static_cast<double>(end_us(i)) - begin;
                return (begin + width * (wanted - below) / here) / 1000;
            }
            below += here;
        }
        return 0;
    }

    LatencyHistogram& operator+=(const LatencyHistogram& other) {
        for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
        sum_us_ += other.sum_us_;
        return *this;
    }
    // `older` is an earlier copy of this one.
    LatencyHistogram& operator-=(const LatencyHistogram& older) {
        for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] -= older.counts_[i];
        sum_us_ -= older.sum_us_;
        return *this;
    }

  private:
    static constexpr std::size_t kFirstBits = 4;
    static constexpr std::uint64_t kFirstUs = 1 << kFirstBits;

    std::array<std::uint64_t, kBuckets> counts_{};
    std::uint64_t sum_us_ = 0;
};

}  // namespace kafka::broker
