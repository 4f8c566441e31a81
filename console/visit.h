// The console's way to the shards: a letter to each, opened on the shard's thread between its other
// work, and a call back on the console's own thread when all have been opened.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>

#include "broker/shards.h"

namespace kafka::console {

// Calls step(shard) on each shard's thread until it returns true, with the other work of the shard
// in between; then done() on `home`, which stays alive until then. Steps of different shards run at
// the same time.
void visit_shards(broker::Shards& shards, boost::asio::io_context& home,
                  std::function<bool(broker::Shard&)> step, std::function<void()> done);

}  // namespace kafka::console
