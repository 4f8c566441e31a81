// Every scenario in tests/data/groups must play as it is written. To accept what happens now:
// UPDATE_SCENARIOS=1 groups_test, and read the difference.
#include "scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kafka::groups {
namespace {

std::vector<std::string> scenario_names() {
    std::vector<std::string> names;
    const std::filesystem::path folder(TEST_DATA_DIR "/groups");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

class GoldenScenario : public testing::TestWithParam<std::string> {};

TEST_P(GoldenScenario, PlaysAsWritten) {
    const std::string path = TEST_DATA_DIR "/groups/" + GetParam() + ".txt";
    std::stringstream written;
    written << std::ifstream(path).rdbuf();

    const std::string played = Scenario().run(written.str());

    if (std::getenv("UPDATE_SCENARIOS")) {
        std::ofstream(path) << played;
    } else {
        EXPECT_EQ(played, written.str());
    }
}

INSTANTIATE_TEST_SUITE_P(Groups, GoldenScenario, testing::ValuesIn(scenario_names()),
                         [](const auto& scenario) { return scenario.param; });

}  // namespace
}  // namespace kafka::groups
