// What the HTTP side asks for and is given, so that neither knows the other's headers.
#pragma once

#include <functional>
#include <string>

namespace kafka::console {

struct Page {
    unsigned status = 200;  // of HTTP
    std::string content_type;
    std::string body;
};

class Pages {
  public:
    virtual ~Pages() = default;
    // Calls `answer` once, at once or later, on the console's thread. `path` has no query.
    virtual void get(const std::string& path, std::function<void(Page)> answer) = 0;
};

}  // namespace kafka::console
