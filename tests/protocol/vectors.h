// tests/data/wire/vectors.tsv: messages as Kafka's own serializers write them.
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace kafka {

struct Vector {
    std::string name;
    std::string version;
    std::string hex;

    std::string line() const { return name + '\t' + version + '\t' + hex; }
};

inline const std::vector<Vector>& vectors() {
    static const std::vector<Vector> all = [] {
        std::vector<Vector> read;
        std::ifstream in(TEST_DATA_DIR "/wire/vectors.tsv");
        Vector vector;
        while (std::getline(in, vector.name, '\t') && std::getline(in, vector.version, '\t') &&
               std::getline(in, vector.hex, '\t')) {
            read.push_back(vector);
            std::string json;
            std::getline(in, json);
        }
        return read;
    }();
    return all;
}

}  // namespace kafka
