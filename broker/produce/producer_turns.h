// Keeps the Produce requests of one transactional producer in order while one of them waits for the
// transaction coordinator: those that come in meanwhile wait for their turn, so that no batch
// overtakes the one that opens the transaction. One per shard: a producer's requests come in on one
// connection. Lives on the shard's thread.
#pragma once

#include <coroutine>
#include <unordered_map>

#include "broker/letter.h"
#include "broker/shard.h"
#include "protocol/gen/types.h"

namespace kafka::broker {

class ProducerTurns {
  public:
    class Turn;

    // Does somebody have the turn?
    bool is_taken(ProducerId producer) const { return !last_.empty() && last_.contains(producer); }

  private:
    std::unordered_map<ProducerId, Turn*> last_;  // of those who have or want the turn
};

// Waits for the turn and has it until the object goes.
class ProducerTurns::Turn : Letter {
  public:
    Turn(Shard& home, ProducerId producer) : home_(home), producer_(producer) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { pass_on(); }

    void pass_on();

    // False when it had to wait for others.
    bool await_ready();
    void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
    void await_resume() const {}

  private:
    enum class State { NotAsked, Waiting, Mine };

    Shard& home_;
    const ProducerId producer_;
    State state_ = State::NotAsked;
    Turn* next_ = nullptr;
    std::coroutine_handle<> waiting_;
};

}  // namespace kafka::broker
