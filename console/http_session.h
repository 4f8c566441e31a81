// One HTTP connection: reads GET and HEAD requests, answers each with a page, and goes when the
// client does or says nothing for half a minute. Lives on the console's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "console/page.h"

namespace kafka::console {

// The session owns itself; `pages` outlives it.
void serve_http(boost::asio::ip::tcp::socket socket, Pages& pages);

}  // namespace kafka::console
