// Gives each input of the folders and files that are named to the target once, and then, when the
// first argument is --seconds=N, N seconds of inputs that it makes of them by chance. The one that
// is running is kept in the file fuzz-input, so that it is there when the target dies of it. The
// entry point has libFuzzer's name, so that libFuzzer can take this driver's place.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
constexpr std::size_t kMostBytes = 20'000;

void add_file(const std::filesystem::path& path, std::vector<Input>& inputs) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

class Mutator {
  public:
    Mutator(const std::vector<Input>& inputs, std::uint64_t seed)
        : inputs_(inputs), random_(seed) {}

    Input next() {
        Input input = any();
        for (std::size_t i = 1 + below(6); i > 0; --i) change(input);
        if (input.size() > kMostBytes) input.resize(kMostBytes);
        return input;
    }

  private:
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
    const Input& any() { return inputs_[below(inputs_.size())]; }

    void change(Input& input) {
        const std::size_t at = below(input.size() + 1);
        const auto from = input.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t left = input.size() - at;
        switch (below(6)) {
            case 0:  // a bit
                if (left > 0) *from = static_cast<std::uint8_t>(*from ^ (1u << below(8)));
                return;
            case 1:  // numbers at which things go wrong
                for (std::size_t i = 0; i < std::min<std::size_t>(left, 1 + below(8)); ++i) {
                    constexpr std::uint8_t kEdges[] = {0, 1, 0x7f, 0x80, 0xff};
                    from[static_cast<std::ptrdiff_t>(i)] = kEdges[below(std::size(kEdges))];
                }
                return;
            case 2:
                input.erase(from, from + static_cast<std::ptrdiff_t>(below(left + 1)));
                return;
            case 3:
                input.insert(from, 1 + below(8), static_cast<std::uint8_t>(random_()));
                return;
            case 4: {  // a part of another
                const Input& other = any();
                const std::size_t start = below(other.size() + 1);
                const std::size_t count = below(other.size() - start + 1);
                const auto first = other.begin() + static_cast<std::ptrdiff_t>(start);
                input.insert(from, first, first + static_cast<std::ptrdiff_t>(count));
                return;
            }
            default:
                if (left > 0) *from = static_cast<std::uint8_t>(random_());
        }
    }

    const std::vector<Input>& inputs_;
    std::mt19937_64 random_;
};

// The input that is running; written down when the target dies of it.
const Input* running = nullptr;

void keep_and_die(int signal) {
    if (std::FILE* file = running == nullptr ? nullptr : std::fopen("fuzz-input", "wb")) {
        std::fwrite(running->data(), 1, running->size(), file);
        std::fclose(file);
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const Input& input) {
    running = &input;
    LLVMFuzzerTestOneInput(input.data(), input.size());
    running = nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Input> inputs;
    int seconds = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument.starts_with("--seconds=")) {
            seconds = std::atoi(argument.c_str() + argument.find('=') + 1);
        } else if (std::filesystem::is_directory(argument)) {
            for (const auto& entry : std::filesystem::directory_iterator(argument))
                add_file(entry.path(), inputs);
        } else {
            add_file(argument, inputs);
        }
    }
    if (inputs.empty()) return 1;
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE}) std::signal(signal, keep_and_die);
    for (const Input& input : inputs) run(input);
    std::printf("%zu inputs replayed\n", inputs.size());

    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    Mutator mutator(inputs, std::random_device{}());
    long made = 0;
    for (; seconds > 0 && Clock::now() < end; ++made) {
        run(mutator.next());
    }
    if (made > 0) std::printf("%ld inputs made of them\n", made);
    return 0;
}
