// A value or the error that kept it from being made. Below a handler nothing throws for what a
// client or a disk can cause; it returns one of these, and the compiler insists on a look at it.
#pragma once

#include <utility>
#include <variant>

#include "base/check.h"

namespace kafka {

template <class T, class E>
class [[nodiscard]] BasicResult {
  public:
    BasicResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    BasicResult(E error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() {
        CHECK(ok(), "value() of a failed result");
        return *std::get_if<0>(&state_);
    }
    const T& value() const {
        CHECK(ok(), "value() of a failed result");
        return *std::get_if<0>(&state_);
    }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T take() { return std::move(value()); }

    const E& error() const {
        CHECK(!ok(), "error() of a good result");
        return *std::get_if<1>(&state_);
    }

  private:
    std::variant<T, E> state_;
};

// Success without a value.
struct Done {
    bool operator==(const Done&) const = default;
};

}  // namespace kafka
