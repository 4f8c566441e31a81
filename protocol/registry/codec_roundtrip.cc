// codec-roundtrip: puts messages through the codec. Reads lines NAME<TAB>VERSION<TAB>HEX on
// standard input; writes for each the message encoded again, in hex, or "error: …".
#include <iostream>
#include <string>

#include "protocol/registry/round_trip.h"

int main() {
    std::ios::sync_with_stdio(false);
    std::string line;
    while (std::getline(std::cin, line)) std::cout << kafka::round_trip_line(line) << '\n';
    return std::cout.flush() ? 0 : 1;
}
