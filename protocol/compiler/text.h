// Text that grows line by line with the right indentation, for the emitters.
#pragma once

#include <string>
#include <string_view>

namespace schema {

class Text {
  public:
    template <class... Parts>
    void line(const Parts&... parts) {
        text_.append(static_cast<std::size_t>(depth_) * 4, ' ');
        (text_.append(std::string_view(parts)), ...);
        text_ += '\n';
    }
    void blank() { text_ += '\n'; }
    void indent() { ++depth_; }
    void outdent() { --depth_; }
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
    int depth_ = 0;
};

}  // namespace schema
