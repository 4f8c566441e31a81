// The uniform assignor where members subscribe to different topics. What members have they keep;
// what nobody has goes, topic by topic, to those of its readers who have least; then partitions
// move, as long as that makes two readers of a topic more even.
#include <algorithm>

#include "groups/assignors/assignor.h"

namespace kafka::groups {
namespace {

struct TopicState {
    const TopicToAssign* topic = nullptr;
    std::vector<std::size_t> readers{};  // members by number
    std::vector<std::size_t> owner{};    // of each partition
};

constexpr std::size_t kNoOwner = static_cast<std::size_t>(-1);
// Each pass evens out what the passes before it made possible; few are ever needed.
constexpr int kMaxPasses = 16;

class MixedBalance {
  public:
    explicit MixedBalance(const GroupToAssign& group) : group_(group), load_(group.members.size()) {
        for (const TopicToAssign& topic : group.topics) {
            TopicState state{.topic = &topic};
            state.owner.assign(static_cast<std::size_t>(topic.partition_count), kNoOwner);
            for (std::size_t i = 0; i < group.members.size(); ++i) {
                if (!std::ranges::binary_search(group.members[i].topics, topic.id)) continue;
                state.readers.push_back(i);
                keep(state, i);
            }
            if (!state.readers.empty()) topics_.push_back(std::move(state));
        }
        // Those first that leave the least choice: many partitions for each reader, few readers.
        std::ranges::stable_sort(topics_, [](const TopicState& a, const TopicState& b) {
            const std::size_t left = a.owner.size() * b.readers.size();
            const std::size_t right = b.owner.size() * a.readers.size();
            if (left != right) return left > right;
            return a.readers.size() < b.readers.size();
        });
    }

    Assignment run() {
        for (TopicState& state : topics_) fill(state);
        for (int pass = 0; pass < kMaxPasses; ++pass) {
            bool moved = false;
            for (TopicState& state : topics_) moved |= even_out(state);
            if (!moved) break;
        }
        Assignment assignment(group_.members.size());
        for (const TopicState& state : topics_) {
            for (std::size_t i = 0; i < state.owner.size(); ++i) {
                const PartitionIndex partition{static_cast<std::int32_t>(i)};
                assignment[state.owner[i]][state.topic->id].push_back(partition);
            }
        }
        return assignment;
    }

  private:
    void keep(TopicState& state, std::size_t member) {
        const TopicPartitions* before = group_.members[member].target;
        if (!before) return;
        const auto had = before->find(state.topic->id);
        if (had == before->end()) return;
        for (const PartitionIndex partition : had->second) {
            const auto index = static_cast<std::size_t>(partition.value);
            if (index >= state.owner.size() || state.owner[index] != kNoOwner) continue;
            state.owner[index] = member;
            ++load_[member];
        }
    }

    void sort_by_load(std::vector<std::size_t>& members) const {
        std::ranges::stable_sort(
            members, [this](std::size_t a, std::size_t b) { return load_[a] < load_[b]; });
    }

    // Like water: those who have least until they have as much as the next, then these too.
    void fill(TopicState& state) {
        std::vector<std::size_t> order = state.readers;
        sort_by_load(order);
        std::size_t level = 0;  // how many of `order` are being filled
        std::size_t turn = 0;
        for (std::size_t& owner : state.owner) {
            if (owner != kNoOwner) continue;
            if (turn == 0) {
                level = 1;
                while (level < order.size() && load_[order[level]] == load_[order[0]]) ++level;
            }
            owner = order[turn];
            ++load_[owner];
            turn = turn + 1 == level ? 0 : turn + 1;
        }
    }

    // The last partition of the topic that the member has.
    static std::size_t last_of(const TopicState& state, std::size_t member) {
        for (std::size_t i = state.owner.size(); i > 0; --i) {
            if (state.owner[i - 1] == member) return i - 1;
        }
        return kNoOwner;
    }

    bool even_out(TopicState& state) {
        bool moved = false;
        std::vector<std::size_t> order = state.readers;
        while (true) {
            sort_by_load(order);
            const std::size_t receiver = order.front();
            std::size_t partition = kNoOwner;
            for (auto giver = order.rbegin(); giver != order.rend(); ++giver) {
                if (load_[*giver] <= load_[receiver] + 1) break;
                partition = last_of(state, *giver);
                if (partition != kNoOwner) break;
            }
            if (partition == kNoOwner) return moved;
            --load_[state.owner[partition]];
            ++load_[receiver];
            state.owner[partition] = receiver;
            moved = true;
        }
    }

    const GroupToAssign& group_;
    std::vector<std::size_t> load_;  // partitions of each member
    std::vector<TopicState> topics_;
};

}  // namespace

Assignment assign_mixed_uniformly(const GroupToAssign& group) { return MixedBalance(group).run(); }

}  // namespace kafka::groups
