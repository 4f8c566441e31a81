// Producer ids that the cluster has set aside for one shard and that nobody has had: decisions take
// what they need, the shard fills it up. What is left at a stop is never used. Lives on the shard.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/gen/types.h"

namespace kafka::transactions {

class ProducerIdReserve {
  public:
    bool empty() const { return left_ == 0; }
    // Somebody found it empty.
    bool wanted() const { return wanted_; }
    // Replaces what is left.
    void fill(ProducerId first, std::int32_t count) {
        next_ = first;
        left_ = count;
        wanted_ = false;
    }
    // Nothing when it is empty; it is wanted() then.
    std::optional<ProducerId> take() {
        wanted_ = left_ == 0;
        if (wanted_) return std::nullopt;
        --left_;
        const ProducerId taken = next_;
        next_ += 1;
        return taken;
    }

  private:
    ProducerId next_{-1};
    std::int32_t left_ = 0;
    bool wanted_ = false;
};

}  // namespace kafka::transactions
