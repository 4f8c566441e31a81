// A letter is work sent from one thread to another: an intrusive node, usually an awaiter in the
// frame of the coroutine that waits for it, so that sending one allocates nothing. Letters from one
// sender to one shard are opened in the order in which they were sent.
#pragma once

#include <atomic>

namespace kafka::broker {

class Shard;

struct Letter {
    Letter* next = nullptr;
    // Called on the thread of the shard that the letter was sent to, with that shard.
    void (*open)(Letter& letter, Shard& here) = nullptr;
};

// Many senders, one reader. Lock-free; the reader takes everything at once.
class Mailbox {
  public:
    // Any thread. True when the box was empty: the reader has to be woken, once for many letters.
    bool drop(Letter& letter) {
        Letter* newest = newest_.load(std::memory_order_relaxed);
        do {
            letter.next = newest;
        } while (!newest_.compare_exchange_weak(newest, &letter, std::memory_order_release,
                                                std::memory_order_relaxed));
        return newest == nullptr;
    }

    // The reader. What has come in, oldest first, linked by `next`; null when nothing has.
    Letter* take_all() {
        Letter* letter = newest_.exchange(nullptr, std::memory_order_acquire);
        Letter* oldest = nullptr;
        while (letter) {
            Letter* const next = letter->next;
            letter->next = oldest;
            oldest = letter;
            letter = next;
        }
        return oldest;
    }

  private:
    std::atomic<Letter*> newest_{nullptr};
};

}  // namespace kafka::broker
