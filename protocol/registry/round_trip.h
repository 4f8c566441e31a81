// One line of codec-roundtrip: NAME<TAB>VERSION<TAB>HEX to the hex of the message encoded again, or
// "error: " and what is wrong.
#pragma once

#include <string>
#include <string_view>

namespace kafka {

std::string round_trip_line(std::string_view line);

}  // namespace kafka
