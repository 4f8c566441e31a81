#include "broker/produce/producer_turns.h"

#include <utility>

namespace kafka::broker {

bool ProducerTurns::Turn::await_ready() {
    Turn*& last = home_.producer_turns().last_[producer_];
    Turn* const before = std::exchange(last, this);
    if (before) before->next_ = this;
    state_ = before ? State::Waiting : State::Mine;
    return before == nullptr;
}

void ProducerTurns::Turn::pass_on() {
    if (std::exchange(state_, State::NotAsked) != State::Mine) return;
    if (next_ == nullptr) {
        home_.producer_turns().last_.erase(producer_);
        return;
    }
    Turn& heir = *std::exchange(next_, nullptr);
    heir.state_ = State::Mine;
    // By a letter, as this one's request has more to do first.
    heir.open = [](Letter& letter, Shard&) { static_cast<Turn&>(letter).waiting_.resume(); };
    home_.post(heir);
}

}  // namespace kafka::broker
