// 128 bits that stand for a key while a log is compacted: SipHash-2-4. Two keys with the same bits
// would lose the older one's record, so nobody may be able to choose such keys: the hash depends on
// a secret that is drawn anew for every compaction. A value; pure.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace kafka::storage {

struct HashedKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    bool operator==(const HashedKey&) const = default;
};

class KeyHash {
  public:
    using Secret = std::array<std::uint64_t, 2>;

    explicit KeyHash(Secret secret) : secret_(secret) {}
    static KeyHash with_random_secret();

    HashedKey operator()(BytesView key) const;

  private:
    Secret secret_;
};

}  // namespace kafka::storage
